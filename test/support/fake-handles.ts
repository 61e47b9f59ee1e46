/** Stand-ins for the browser's file handles, for tests in Node and where no dialogue can be answered. */

export type FakeTree = { readonly [name: string]: string | FakeTree };

export interface FakeFileHandle {
  permission: PermissionState;
  /** What the next `requestPermission` answers. */
  answer: PermissionState;
  /** `getFile` then fails, as for a file that was deleted. */
  isGone: boolean;
}

export function fakeFile(name: string, content: string): FileSystemFileHandle & FakeFileHandle {
  const handle = {
    kind: "file" as const,
    name,
    permission: "granted" as PermissionState,
    answer: "granted" as PermissionState,
    isGone: false,
    isSameEntry: async (other: FileSystemHandle) => (other as unknown) === handle,
    queryPermission: async () => handle.permission,
    requestPermission: async () => {
      handle.permission = handle.answer;
      return handle.answer;
    },
    async getFile() {
      if (handle.isGone) throw new DOMException("gone", "NotFoundError");
      return new File([content], name);
    },
  };
  return handle as unknown as FileSystemFileHandle & FakeFileHandle;
}

export function fakeFolder(name: string, tree: FakeTree): FileSystemDirectoryHandle {
  const handle = {
    kind: "directory" as const,
    name,
    isSameEntry: async (other: FileSystemHandle) => (other as unknown) === handle,
    queryPermission: async () => "granted",
    requestPermission: async () => "granted",
    async *entries() {
      for (const [child, content] of Object.entries(tree)) {
        yield [child, typeof content === "string" ? fakeFile(child, content) : fakeFolder(child, content)];
      }
    },
  };
  return handle as unknown as FileSystemDirectoryHandle;
}
