export declare const threads: readonly string[];
export declare const besideModules: readonly string[];
export declare function bundleCli(folder: string): Promise<void>;
export declare function bundleThread(path: string, folder: string): Promise<void>;
