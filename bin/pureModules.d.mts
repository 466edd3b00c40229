export declare const isPure: (name: string) => boolean;
