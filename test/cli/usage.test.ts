import { describe, expect, test } from 'vitest'
import { samsaInTests } from './samsa.ts'

const { run } = samsaInTests()

describe('wrong usage ends with exit code 64 and says what would be right', () => {
  test.each([
    [[], /Usage: samsa/],
    [['bogus'], /unknown command/],
    [['chaos', '--bogus'], /unknown option/],
    [['chaos', '--seeds', 'many'], /integer from 1/],
    [['chaos', '--seeds', '0'], /integer from 1/],
    [['chaos', '--minutes', '0'], /greater than 0/],
    [['chaos', 'extra'], /too many arguments/],
    [['chaos', '--mutant', 'nobody'], /there are: /],
    [['chaos', '--json', 'no/such/folder/out.json'], /cannot write/],
    [['mutants', '--only', 'nobody'], /there are: /],
    [['replay'], /missing required argument/],
    [['replay', '99999999999999999999'], /too large for a seed/],
    [['replay', 'no-such-plan.json'], /cannot read/],
    [['replay', '1', '--mutant', 'nobody'], /there are: /],
    [['up', '--port', '65536'], /0 to 65535/],
    [['up', '--set', 'num.partitions'], /KEY=VALUE/],
    [['up', '--set', 'no.such.setting=1'], /unknown setting no\.such\.setting/],
    [['up', '--set', 'num.partitions=none'], /num\.partitions: it takes an integer/],
    [['format'], /required option.*--cluster-id/],
    [['format', '-t', 'a b'], /random-uuid/],
    [['format', '-t', 'c', '-r', '4.2'], /unknown release 4\.2; supported are: 4\.0/],
    [['format', '-t', 'c', '-f', 'metadata.version'], /FEATURE=LEVEL/],
    [['format', '-t', 'c', '-f', 'metadata.version=29'], /levels 25 to 25 are supported/],
  ])('samsa %j', async (args, message) => {
    const { code, stdout, stderr } = await run(...args)
    expect(stderr).toMatch(message)
    expect(stdout).toBe('')
    expect(code).toBe(64)
  })
})

test('help and version are no errors', async () => {
  const help = await run('--help')
  expect(help).toMatchObject({ code: 0, stderr: '' })
  for (const command of ['chaos', 'replay', 'mutants', 'up', 'format', 'info', 'random-uuid', 'demo'])
    expect(help.stdout).toContain(command)
  expect(await run('--version')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
})
