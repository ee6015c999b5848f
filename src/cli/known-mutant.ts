/** Mutants by their names on the command line. Apart from other options: a broker starts without the table of mutants. */

import type { Mutant } from '../sim/mutants/mutant.ts'
import { mutantNamed, mutants } from '../sim/mutants/table.ts'
import { wrongUsage } from './command-error.ts'

/** The mutant of that name. @throws {CommandError} with the names there are. */
export function knownMutant(name: string): Mutant {
  const found = mutantNamed(name)
  if (found !== undefined) return found
  const names = mutants.map((mutant) => mutant.name).join(', ')
  throw wrongUsage(`there is no mutant ${name}; there are: ${names}`)
}
