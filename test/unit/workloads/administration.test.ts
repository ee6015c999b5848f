import { describe, expect, test } from 'vitest'
import { miscountedTopics } from '../../../src/workloads/administration-count.ts'
import { History } from '../../../src/workloads/history/history.ts'
import { parseHistory, toJson } from '../../../src/workloads/history/json.ts'
import type { Fields } from '../../../src/workloads/history/operation.ts'
import { judgeHistory } from '../../../src/workloads/judge-history.ts'
import type { RequestCopy } from '../../../src/workloads/request-copies.ts'
import { topicAdministration } from '../../../src/workloads/topic-administration.ts'
import { chooseBy } from './choose.ts'
import { simulate } from './simulated-run.ts'

/** A history of processes 0 to 3, written step by step. */
class Written {
  nowUs = 7
  readonly history: History = new History({ concurrency: 4, nowUs: () => this.nowUs })

  /** Begins something; the returned functions end it. */
  begin<F extends keyof Fields>(process: number, f: F, value: Fields[F]['value']) {
    const token = this.history.invoke(process, f, { value } as Fields[F])
    return {
      ok: (shown: Fields[F]['value'] = value) => this.history.ok(token, shown),
      info: () => this.history.info(token, 'NETWORK_EXCEPTION'),
      fail: (error = 'INVALID_REQUEST') => this.history.fail(token, error),
    }
  }

  create(process: number, topic = 'a') {
    return this.begin(process, 'create-topic', { topic, partitions: 1 })
  }

  remove(process: number, topic = 'a') {
    return this.begin(process, 'delete-topic', topic)
  }

  set(process: number, text: string, topic = 'a') {
    return this.begin(process, 'set-config', { topic, setting: 'retention.ms', text })
  }

  list(...topics: readonly string[]): void {
    this.begin(3, 'list-topics', []).ok(topics.map((topic) => ({ topic, partitions: 1 })))
  }

  describe(text: string): void {
    this.begin(3, 'describe-configs', []).ok([{ topic: 'a', setting: 'retention.ms', text }])
  }

  /** What is found; `copies` are those that somebody saw on the wire, where somebody watched. */
  found(copies?: readonly RequestCopy[]): readonly string[] {
    const excuses = copies === undefined ? {} : { copies }
    return judgeHistory(topicAdministration, this.history.operations, excuses).map(
      ({ anomaly, key }) => `${anomaly} ${key}`,
    )
  }
}

function judged(write: (history: Written) => void): readonly string[] {
  const history = new Written()
  write(history)
  return history.found()
}

describe('what the administrators were answered', () => {
  test('is nothing to complain of where it is so', () => {
    const found = judged((history) => {
      history.create(0).ok()
      history.create(1).fail()
      history.set(0, '1').ok()
      history.set(0, '2').ok()
      history.create(1, 'b').ok()
      history.remove(0, 'b').ok()
      history.list('a')
      history.describe('2')
    })
    expect(found).toEqual([])
  })

  test('an answered creation is missing, unless somebody may have deleted it', () => {
    const missing = (also: (history: Written) => void) =>
      judged((history) => {
        history.create(0).ok()
        also(history)
        history.list()
      })
    expect(missing(() => undefined)).toEqual(['lost-topic a'])
    expect(missing((history) => history.remove(1).fail())).toEqual(['lost-topic a'])
    expect(missing((history) => history.remove(1).ok())).toEqual([])
    expect(missing((history) => history.remove(1).info())).toEqual([])
    expect(missing((history) => history.remove(1).fail('UNKNOWN_TOPIC_OR_PARTITION'))).toEqual([])
    expect(missing((history) => history.remove(1))).toEqual([])
    const earlier = (end: (deletion: ReturnType<Written['remove']>) => void) =>
      judged((history) => {
        history.create(0).ok()
        end(history.remove(1))
        history.create(0).ok()
        history.list()
      })
    expect(earlier((deletion) => deletion.fail())).toContain('lost-topic a')
    // A try of it that nobody waits for any more may come late.
    expect(earlier((deletion) => deletion.ok())).toEqual([])
  })

  test('one name was made twice', () => {
    expect(judged((history) => history.list('a', 'b', 'a'))).toEqual(['topic-made-twice a'])
    const twice = (between: (history: Written) => void) =>
      judged((history) => {
        history.create(0).ok()
        between(history)
        history.create(1).ok()
        history.list('a')
      })
    expect(twice(() => undefined)).toEqual(['topic-made-twice a'])
    expect(twice((history) => history.remove(0).info())).toEqual([])
    // Asked for earlier, and perhaps carried out between.
    const late = judged((history) => {
      const removal = history.remove(2)
      history.create(0).ok()
      history.create(1).ok()
      removal.ok()
      history.list('a')
    })
    expect(late).toEqual([])
  })

  test('a deletion was undone, unless a creation may have come after it', () => {
    const back = (after: (history: Written) => void) =>
      judged((history) => {
        history.create(0).ok()
        history.remove(0).ok()
        after(history)
        history.list('a')
      })
    expect(back(() => undefined)).toEqual(['deletion-undone a'])
    expect(back((history) => history.create(1).fail())).toEqual(['deletion-undone a'])
    expect(back((history) => history.create(1).info())).toEqual([])
    expect(back((history) => history.create(1).fail('TOPIC_ALREADY_EXISTS'))).toEqual([])
    expect(back((history) => history.create(1).ok())).toEqual([])
  })

  test('what was answered late may have been sent again, and happen once more', () => {
    const repeated = (seconds: number) =>
      judged((history) => {
        const creation = history.create(0)
        const setting = history.set(1, '1', 'b')
        history.nowUs += seconds * 1_000_000
        creation.ok()
        setting.ok()
        history.remove(0).ok()
        history.set(1, '2', 'b').ok()
        history.begin(3, 'describe-configs', []).ok([{ topic: 'b', setting: 'retention.ms', text: '1' }])
        history.list('a')
      })
    expect(repeated(5)).toEqual([])
    expect(repeated(0)).toEqual(['deletion-undone a', 'setting-lost b'])
  })

  test('a setting that was answered is lost, unless another may have replaced it', () => {
    const shown = (text: string, more: (history: Written) => void = () => undefined) =>
      judged((history) => {
        history.create(0).ok()
        history.set(0, '1').ok()
        const slow = history.set(2, '3')
        history.set(0, '2').ok()
        slow.info()
        more(history)
        history.list('a')
        history.describe(text)
      })
    expect([shown('2'), shown('3')]).toEqual([[], []])
    expect([shown('1'), shown('')]).toEqual([['setting-lost a'], ['setting-lost a']])
    expect(shown('2', (history) => history.set(1, '4').ok())).toEqual(['setting-lost a'])
    expect(shown('1', (history) => history.remove(1).fail())).toEqual(['setting-lost a'])
    // Deleted and made again it has its default.
    const renewed = shown('1', (history) => {
      history.remove(1).ok()
      history.create(1).ok()
    })
    expect(renewed).toEqual([])
  })

  test('can be kept as JSON and read again', () => {
    const history = new Written()
    history.create(0).ok()
    history.set(0, '1').ok()
    history.remove(1).info()
    history.describe('1')
    const { operations } = history.history
    expect(parseHistory(toJson(operations))).toEqual(operations)
    expect(miscountedTopics(operations)).toEqual([])
  })
})

describe('what was answered, where somebody saw what was sent', () => {
  const second = 1_000_000
  /** When the step of that number is taken, counted from 1. */
  const at = (step: number) => 7 + step * second
  const copyOf = (change: RequestCopy['change'], times: Partial<RequestCopy> = {}): RequestCopy => ({
    ...{ change, topic: 'a', sentUs: at(1), doneUs: at(1), decides: 'once', ...times },
  })
  /** A history in which each step takes a second, from second 1 on. */
  const judgedWith = (copies: readonly RequestCopy[], ...steps: readonly ((history: Written) => void)[]) => {
    const history = new Written()
    for (const step of steps) {
      history.nowUs += second
      step(history)
    }
    return history.found(copies)
  }
  /** Creates it in a way that takes five seconds: long enough to be sent again. */
  const slowly = (history: Written) => {
    const creation = history.create(0)
    history.nowUs += 5 * second
    creation.ok()
  }
  const removes = (history: Written) => history.remove(0).ok()
  const listed = (history: Written) => history.list('a')
  const none = (history: Written) => history.list()

  test('happens once more only by a copy that was still on its way, however long it took', () => {
    const undone = (...copies: RequestCopy[]) => judgedWith(copies, slowly, removes, listed)
    expect(undone(copyOf('create-topic', { doneUs: at(6) }))).toEqual(['deletion-undone a'])
    expect(undone(copyOf('create-topic', { doneUs: at(8) }))).toEqual([])
    expect(undone(copyOf('create-topic', { doneUs: at(8), topic: 'b' }))).toEqual(['deletion-undone a'])
    expect(undone(copyOf('delete-topic', { doneUs: at(8) }))).toEqual(['deletion-undone a'])
  })

  test('happens once more by such a copy, be it that it was answered at once', () => {
    const quickly = (history: Written) => history.create(0).ok()
    const late = copyOf('create-topic', { doneUs: at(99) })
    expect(judgedWith([late], quickly, removes, listed)).toEqual([])
    expect(judgedWith([], quickly, removes, listed)).toEqual(['deletion-undone a'])
  })

  test('was not done by whoever was told that it is so already, unless two copies of it could be carried out', () => {
    const exists = (history: Written) => {
      const creation = history.create(1)
      creation.fail('TOPIC_ALREADY_EXISTS')
    }
    const back = (...copies: RequestCopy[]) =>
      judgedWith(copies, (history) => history.create(0).ok(), removes, exists, listed)
    const sent = copyOf('create-topic', { sentUs: at(3), doneUs: at(4) })
    expect(back(sent)).toEqual(['deletion-undone a'])
    expect(back(sent, { ...sent, decides: 'never' })).toEqual(['deletion-undone a'])
    expect(back(sent, { ...sent, sentUs: at(9) })).toEqual(['deletion-undone a'])
    expect(back(sent, sent)).toEqual([])
    expect(back({ ...sent, decides: 'often' })).toEqual([])
  })

  test('is lost where the deletion was over before, and nothing of it was on its way', () => {
    const missing = (...copies: RequestCopy[]) =>
      judgedWith(
        copies,
        (history) => history.create(0).ok(),
        removes,
        (history) => history.create(0).ok(),
        none,
      )
    expect(missing()).toContain('lost-topic a')
    expect(missing(copyOf('delete-topic', { sentUs: at(2), doneUs: at(4) }))).toEqual([])
    const found = (history: Written) => history.remove(1).fail('UNKNOWN_TOPIC_OR_PARTITION')
    const refused = (...copies: RequestCopy[]) => judgedWith(copies, (history) => history.create(0).ok(), found, none)
    const sent = copyOf('delete-topic', { sentUs: at(2), doneUs: at(3) })
    expect(refused(sent)).toEqual(['lost-topic a'])
    expect(refused(sent, sent)).toEqual([])
  })

  test('was made twice where the only deletion was over before both creations', () => {
    const creates = (history: Written) => history.create(0).ok()
    const made = (...copies: RequestCopy[]) => judgedWith(copies, creates, removes, creates, creates, listed)
    expect(made()).toEqual(['topic-made-twice a'])
    expect(made(copyOf('delete-topic', { sentUs: at(2), doneUs: at(4) }))).toEqual([])
    expect(judgedWith([], creates, removes, creates, listed)).toEqual([])
  })

  test('is the value that was set last, unless a copy of an earlier one was on its way', () => {
    const sets = (text: string) => (history: Written) => {
      const setting = history.set(1, text)
      history.nowUs += 5 * second
      setting.ok()
    }
    const shown = (...copies: RequestCopy[]) =>
      judgedWith(
        copies,
        (history) => history.create(0).ok(),
        sets('1'),
        sets('2'),
        listed,
        (history) => history.describe('1'),
      )
    const copy = copyOf('set-config', { sentUs: at(2), doneUs: at(99), setting: 'retention.ms', text: '1' })
    expect(shown(copy)).toEqual([])
    expect(shown({ ...copy, doneUs: at(7) })).toEqual(['setting-lost a'])
    expect(shown({ ...copy, text: '2' })).toEqual(['setting-lost a'])
    expect(shown({ ...copy, setting: 'retention.bytes' })).toEqual(['setting-lost a'])
  })
})

describe('the workload topic-administration', () => {
  test.each([1, 2, 3])('finds nothing wrong with a broker that is killed and started again (seed %i)', async (seed) => {
    const plan = topicAdministration.generate(chooseBy(seed), 40)
    const crashes = [900, 2500, 4000].map((atMs) => ({ atMs, how: 'powerLoss' as const }))
    const history = await simulate(topicAdministration, plan, seed, { crashes })
    expect(judgeHistory(topicAdministration, history)).toEqual([])
    const created = history.filter(({ f, type }) => f === 'create-topic' && type === 'ok')
    expect(created.length).toBeGreaterThan(0)
  })

  test('draws the same plan from the same seed and another from another', () => {
    const plan = topicAdministration.generate(chooseBy(1), 40)
    expect(topicAdministration.generate(chooseBy(1), 40)).toEqual(plan)
    expect(topicAdministration.generate(chooseBy(2), 40)).not.toEqual(plan)
  })
})
