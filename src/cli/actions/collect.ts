export async function collectKits(): Promise<never> { throw new Error('x'); }
