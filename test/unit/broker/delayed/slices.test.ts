import { expect, it } from 'vitest'
import { inSlices } from '../../../../src/broker/delayed/slices.ts'
import { SimulatedMachine } from '../simulated-machine.ts'

const { clock } = new SimulatedMachine().world

function* counted(steps: number, taken: number[]): Generator<void, string> {
  for (let step = 1; step <= steps; step++) {
    taken.push(step)
    yield
  }
  return 'the end'
}

/** A clock of which the test fires the timers. */
function handClock() {
  const fires: (() => void)[] = []
  const setTimer = (_delayUs: number, fire: () => void) => {
    fires.push(fire)
    return { cancel: () => undefined }
  }
  return { fires, setTimer }
}

it('work that fits in one slice is done at once', () => {
  const ended: string[] = []
  inSlices({ clock, stepsMax: 4 }, counted(3, []), (result) => ended.push(result))
  expect(ended).toEqual(['the end'])
})

it('longer work goes on in events of its own, so many steps each', () => {
  const [hand, taken, ended] = [handClock(), [] as number[], [] as string[]]
  inSlices({ clock: hand, stepsMax: 4 }, counted(9, taken), (result) => ended.push(result))
  expect([taken.length, ended]).toEqual([4, []])
  hand.fires.shift()!()
  expect([taken.length, ended]).toEqual([8, []])
  hand.fires.shift()!()
  expect([taken.length, ended, hand.fires.length]).toEqual([9, ['the end'], 0])
})

it('work that is not wanted any more is left undone', () => {
  const [hand, taken, ended] = [handClock(), [] as number[], [] as string[]]
  let isWanted = true
  inSlices({ clock: hand, stepsMax: 4, goesOn: () => isWanted }, counted(9, taken), (result) => ended.push(result))
  isWanted = false
  hand.fires.shift()!()
  expect([taken.length, ended, hand.fires.length]).toEqual([4, [], 0])
})
