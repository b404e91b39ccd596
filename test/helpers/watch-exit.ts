/** What has been registered for the exit of this process since the call, run now and no more: an exit itself would end the tests. */
export function watchExit(): () => void {
  const before = new Set(process.listeners('exit'));
  return () => {
    for (const listener of process.listeners('exit')) {
      if (before.has(listener)) continue;
      process.off('exit', listener);
      listener(0);
    }
  };
}
