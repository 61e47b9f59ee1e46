import type { SyncBytes, SyncFiles } from "#bytes";
import type {
  FileSystem,
  FsNode,
  FsNodeOps,
  FsStream,
  FsStreamOps,
  OpenSlideModule,
} from "../../../wasm/dist/openslide.mjs";

/** A file or a folder, as a node of emscripten's tree keeps it. */
type Entry = Folder | SyncBytes;
type Folder = Map<string, Entry>;

interface EntryNode extends FsNode {
  entry: Entry;
}

// Of emscripten's libc, whose numbers are WASI's.
const ERRNO = { EINVAL: 28, EIO: 29, ENOENT: 44 } as const;
const MODE_FOLDER = 0o040555;
const MODE_FILE = 0o100444;
const SEEK_CUR = 1;
const SEEK_END = 2;
const STAT_BLOCK_BYTES = 4096;

/**
 * Makes a slide's files readable for C code, below the folder `dir`, which is made.
 * A read that fails is EIO to C; its cause is kept for `files.takeFailure()`.
 *
 * @returns takes them away again. Files that C still holds open go on working until `files` is closed.
 */
export function mountFiles(module: Pick<OpenSlideModule, "FS">, dir: string, files: SyncFiles): () => void {
  const { FS } = module;
  FS.mkdirTree(dir);
  const root = folderTree(files.files);
  FS.mount({ mount: () => createNode(FS, null, "/", root) }, {}, dir);
  return () => {
    FS.unmount(dir);
    FS.rmdir(dir);
  };
}

/** Sorts files into folders by their paths. */
function folderTree(files: readonly SyncBytes[]): Folder {
  const root: Folder = new Map();
  for (const file of files) {
    const names = file.path.split("/").filter((name) => name !== "");
    let folder = root;
    for (const name of names.slice(0, -1)) {
      let next = folder.get(name);
      if (!(next instanceof Map)) {
        next = new Map();
        folder.set(name, next);
      }
      folder = next;
    }
    folder.set(names.at(-1)!, file);
  }
  return root;
}

/**
 * A node of emscripten's tree. Children are made when they are first looked up, not at once: only nodes made after
 * `FS.mount` has returned know their mount, and only those are freed by `FS.unmount`.
 */
function createNode(FS: FileSystem, parent: FsNode | null, name: string, entry: Entry): FsNode {
  const node = FS.createNode(parent, name, entry instanceof Map ? MODE_FOLDER : MODE_FILE, 0) as EntryNode;
  node.entry = entry;
  node.node_ops = nodeOperations(FS);
  node.stream_ops = streamOperations(FS);
  return node;
}

function nodeOperations(FS: FileSystem): FsNodeOps {
  return {
    lookup(parent, name) {
      const entry = folderOf(parent).get(name);
      if (!entry) throw new FS.ErrnoError(ERRNO.ENOENT);
      return createNode(FS, parent, name, entry);
    },
    readdir(node) {
      return [".", "..", ...folderOf(node).keys()];
    },
    getattr(node) {
      const { entry } = node as EntryNode;
      const size = entry instanceof Map ? STAT_BLOCK_BYTES : entry.size;
      const epoch = new Date(0);
      return {
        dev: 1,
        ino: node.id,
        mode: node.mode,
        nlink: 1,
        uid: 0,
        gid: 0,
        rdev: 0,
        size,
        atime: epoch,
        mtime: epoch,
        ctime: epoch,
        blksize: STAT_BLOCK_BYTES,
        blocks: Math.ceil(size / STAT_BLOCK_BYTES),
      };
    },
  };
}

function folderOf(node: FsNode): Folder {
  return (node as EntryNode).entry as Folder;
}

function fileOf(stream: FsStream): SyncBytes {
  return (stream.node as EntryNode).entry as SyncBytes;
}

function streamOperations(FS: FileSystem): FsStreamOps {
  return {
    llseek(stream, offset, whence) {
      let position = offset;
      if (whence === SEEK_CUR) position += stream.position;
      if (whence === SEEK_END) position += fileOf(stream).size;
      if (position < 0) throw new FS.ErrnoError(ERRNO.EINVAL);
      return position;
    },
    read(stream, buffer, offset, length, position) {
      // For C `buffer` is the heap itself: bytes go to where they are wanted, and are copied once.
      const target = new Uint8Array(buffer.buffer, buffer.byteOffset + offset, length);
      try {
        return fileOf(stream).read(target, position);
      } catch {
        throw new FS.ErrnoError(ERRNO.EIO);
      }
    },
  };
}
