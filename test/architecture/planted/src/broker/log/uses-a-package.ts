/** Planted: a core module uses a package. */
import { Command } from 'commander'

export const command = Command
