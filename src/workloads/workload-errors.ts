/** How a workload fails as a whole. What goes wrong in a single operation is recorded in the history instead. */

/** What should have ended with nothing in the way did not: progress is missing, whatever else is right. */
export class WorkloadStuck extends Error {
  override readonly name = 'WorkloadStuck'
  readonly code = 'WORKLOAD_STUCK'
}

/** The plan has an operation of a kind that the workload does not know, or for an actor of another trade. */
export class UnknownOperationKind extends Error {
  override readonly name = 'UnknownOperationKind'
  readonly code = 'UNKNOWN_OPERATION_KIND'

  constructor(workload: string, kind: string) {
    super(
      `The workload ${workload} has no operation of the kind "${kind}". The plan is of another workload or version.`,
    )
  }
}
