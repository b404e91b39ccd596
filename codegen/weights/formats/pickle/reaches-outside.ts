/** Modules that run programs or code, or reach the system, files, the network or memory, by their first part. */
const modules: ReadonlySet<string> = new Set(
  [
    'os posix nt posixpath ntpath subprocess _posixsubprocess commands pty popen2 platform',
    'sys runpy importlib imp pkgutil zipimport site code codeop pip ensurepip venv distutils setuptools',
    'shutil tempfile fileinput linecache mmap fcntl resource signal webbrowser antigravity this',
    'operator _operator inspect gc ctypes _ctypes cffi marshal pickle _pickle cPickle pickletools cloudpickle dill shelve',
    'socket _socket ssl http httplib urllib urllib2 requests aiohttp httpx ftplib smtplib telnetlib xmlrpc asyncio',
    'bdb pdb doctest pydoc timeit trace profile cProfile nturl2path sqlite3',
  ].flatMap((line) => line.split(' ')),
);

/** Functions in modules that have harmless names too. */
const functions: ReadonlySet<string> = new Set([
  'io open',
  '_io open',
  'io open_code',
  '_io open_code',
  'io FileIO',
  '_io FileIO',
  'types CodeType',
  'types FunctionType',
  'types LambdaType',
  'torch load',
  'torch.serialization load',
  'torch.jit load',
  'torch.package PackageImporter',
  'numpy load',
  'numpy fromfile',
  'numpy memmap',
  'joblib load',
  'pandas read_pickle',
]);

/** Parts of packages whose other parts are harmless. */
const parts = ['torch.hub', 'torch.utils.cpp_extension', 'numpy.testing', 'numpy.f2py'];

const builtinModules = ['builtins', '__builtin__', '__builtins__'];

/** What a pickle of data names among Python's own: types, functions of values, and `getattr` for members of classes. */
const builtins =
  /^(set|frozenset|list|dict|int|long|float|complex|bool|str|unicode|bytes|bytearray|object|slice|range|xrange|type|getattr|property|staticmethod|classmethod|abs|all|any|divmod|enumerate|filter|hash|id|isinstance|iter|len|map|max|min|next|pow|print|repr|reversed|round|sorted|sum|zip|NoneType|Ellipsis|NotImplemented|\w+(Error|Exception|Warning|Interrupt))$/;

/**
 * Whether a name has no place beside weights and is what attacks are made of. Nothing is called either way: this decides only between a refusal that says so
 * and a blank.
 */
export function reachesOutside(module: string, name: string): boolean {
  if (builtinModules.includes(module)) return !builtins.test(name);
  const [root = ''] = module.split('.');
  return (
    modules.has(root) ||
    functions.has(`${module} ${name}`) ||
    parts.some((part) => module === part || module.startsWith(`${part}.`))
  );
}
