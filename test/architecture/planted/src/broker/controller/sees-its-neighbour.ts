/** Planted: a room of the broker imports its neighbour. */
import { replica } from '../replication/replica.ts'

export const neighbour = replica
