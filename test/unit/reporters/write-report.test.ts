import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { writeReport } from '../../../src/reporters/write-report.ts'
import { brokenReport, chaosReport, toldFailure } from './made-up-report.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'samsa-report-'))
})

afterEach(() => {
  rmSync(folder, { recursive: true })
})

const read = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8'))

test('a report is a page, its numbers, and the plan that breaks the promise', async () => {
  const page = await writeReport(folder, [{ title: 'Broken', report: brokenReport() }])
  expect(readFileSync(page, 'utf8')).toContain('<h1>Broken</h1>')
  expect(read('result.json')).toMatchObject({ seeds: 20 })
  expect(read('plan.json')).toEqual(JSON.parse(JSON.stringify(toldFailure().plan)))
})

test('the plan of an earlier report in the same folder does not stay behind', async () => {
  await writeReport(folder, [{ title: 'Broken', report: brokenReport() }])
  await writeReport(folder, [{ title: 'Fine', report: chaosReport() }])
  expect(existsSync(join(folder, 'plan.json'))).toBe(false)
})
