import { it } from 'vitest'
import { workloads } from '../../../src/workloads/table.ts'
import { chooseBy } from './choose.ts'
import { simulate } from './simulated-run.ts'
it('x', async () => {
  for (const workload of workloads) for (const seed of [1,2,3]) {
    const plan = workload.generate(chooseBy(seed), 40)
    const t=performance.now()
    const history = await simulate(workload, plan, seed)
    const counts = new Map<string, number>()
    let recs=0
    for (const op of history) {
      const k = `${op.f} ${op.type} ${op.error ?? ''}`
      counts.set(k, (counts.get(k) ?? 0) + 1)
      if (op.f==='poll') recs+=op.value.length
    }
    console.log(workload.name, seed, plan.operations.length, JSON.stringify(plan.topics), [...counts], 'polled', recs, performance.now()-t)
    if (seed===2) console.log(plan.operations.slice(0,12).map(o=>JSON.stringify(o)).join('\n'), history.slice(-14).map(o=>JSON.stringify(o).slice(0,300)).join('\n'))
    if (workload.name==='messaging' && seed===1) { const a = history.filter(o=>o.f==='assign'&&o.value.length===0)[0]!; console.log(history.filter(o=>o.process===a.process).slice(0,14).map(o=>JSON.stringify(o).slice(0,500)).join('\n')) }
  }
})
