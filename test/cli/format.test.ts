import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { samsaInTests } from './samsa.ts'

const { start, run, path } = samsaInTests()

const cluster = 'MkU3OEVBNTcwNTJENDM2Qg'

test('a directory is formatted once, and says for whom', async () => {
  const args = ['format', '--dir', 'data', '--cluster-id', cluster, '--node-id', '3', '--release-version', '4.0']
  expect(await run(...args)).toMatchObject({
    ...{ code: 0, stderr: '' },
    stdout: expect.stringMatching(/^Formatted .*data for node 3 of cluster \S+ with metadata\.version=25\.\n$/),
  })
  const again = await run(...args)
  expect(again).toMatchObject({ code: 1, stdout: '' })
  expect(again.stderr).toMatch(/formatted already, for node 3 of cluster .*--ignore-formatted/)
  expect(await run(...args, '--ignore-formatted')).toMatchObject({ code: 0, stderr: '' })
  const info = await run('info', '--dir', 'data')
  expect(info.code).toBe(0)
  expect(info.stdout).toMatch(
    new RegExp(`\\{cluster\\.id=${cluster}, directory\\.id=[\\w-]{22}, node\\.id=3, version=1\\}`),
  )
})

test('a directory that is not formatted is said to be, and not made', async () => {
  const info = await run('info', '--dir', 'nowhere')
  expect(info).toMatchObject({ code: 1, stdout: expect.stringContaining('is not formatted') })
  expect(existsSync(path('nowhere'))).toBe(false)
})

test('an id of a cluster is another one each time, and a cluster can be made of it', async () => {
  const [one, other] = [await run('random-uuid'), await run('random-uuid')]
  expect(one.stdout).toMatch(/^[\w][\w-]{21}\n$/)
  expect(other.stdout).not.toBe(one.stdout)
  expect(await run('format', '--dir', 'data', '-t', one.stdout.trim())).toMatchObject({ code: 0 })
})

test('a broker starts on a formatted directory, and not on one whose first records are damaged', async () => {
  await run('format', '--dir', 'data', '-t', cluster)
  const broker = start(['up', '--port', '0', '--dir', 'data'])
  await broker.says(/^ready /m)
  broker.child.kill('SIGTERM')
  expect(await broker.ended).toMatchObject({ code: 0 })
  const bytes = readFileSync(path('data/bootstrap.checkpoint'))
  writeFileSync(path('data/bootstrap.checkpoint'), bytes.subarray(0, bytes.length - 5))
  const { code, stderr } = await run('up', '--port', '0', '--dir', 'data')
  expect(stderr).toMatch(/cannot use the directory data: bootstrap\.checkpoint cannot be used: .*restore the file/)
  expect(code).toBe(1)
})
