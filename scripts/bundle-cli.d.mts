export declare function bundleCli(folder: string): Promise<void>;
