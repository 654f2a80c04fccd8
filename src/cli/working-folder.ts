/** Every path on the command line is seen from there, and Node gives up where it is gone. */
export function workingFolderRefusal(): string | undefined {
  try {
    process.cwd()
    return undefined
  } catch {
    return (
      'The folder from which this was started is gone.\n' +
      'Change into one that exists (cd), and start it again.'
    )
  }
}
