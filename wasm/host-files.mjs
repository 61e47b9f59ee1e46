// A read-only emscripten file system over a folder of this machine, for checks in Node. Mount with { folder }.
import { closeSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { join } from "node:path";

const ENOENT = 44;
const EINVAL = 28;

export function hostFiles(FS) {
  function node(parent, name, path) {
    let stat;
    try {
      stat = statSync(path);
    } catch {
      throw new FS.ErrnoError(ENOENT);
    }
    const made = FS.createNode(parent, name, stat.mode, 0);
    Object.assign(made, { path, stat, node_ops, stream_ops });
    return made;
  }
  const node_ops = {
    getattr({ id, mode, stat }) {
      const { size, atime, mtime, ctime } = stat;
      return {
        dev: 1,
        ino: id,
        mode,
        nlink: 1,
        uid: 0,
        gid: 0,
        rdev: 0,
        size,
        atime,
        mtime,
        ctime,
        blksize: 4096,
        blocks: Math.ceil(size / 4096),
      };
    },
    lookup: (parent, name) => node(parent, name, join(parent.path, name)),
    readdir: ({ path }) => [".", "..", ...readdirSync(path)],
  };
  const stream_ops = {
    open(stream) {
      if (FS.isFile(stream.node.mode)) stream.host = openSync(stream.node.path, "r");
    },
    close(stream) {
      if (stream.host !== undefined) closeSync(stream.host);
    },
    read: (stream, buffer, offset, length, position) => readSync(stream.host, buffer, offset, length, position),
    llseek(stream, offset, whence) {
      const position = offset + (whence === 1 ? stream.position : whence === 2 ? stream.node.stat.size : 0);
      if (position < 0) throw new FS.ErrnoError(EINVAL);
      return position;
    },
  };
  return { mount: (mount) => node(null, "/", mount.opts.folder) };
}
