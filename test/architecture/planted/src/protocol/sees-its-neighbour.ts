/** Planted: a module imports its neighbour in the same layer. */
import { device } from '../real/device.ts'

export const neighbour = device
