// Runs a program that reads its standard input, writes its standard output, and needs nothing else of a system.

const OK = 0;
const BAD_FILE = 8;

class Exit extends Error {}

export async function run(module, input) {
  let memory;
  const view = () => new DataView(memory.buffer);
  const stdin = new TextEncoder().encode(input);
  const stdout = [];
  let at = 0;

  // Calls `part` with each of a list of buffers in the program's memory, and returns the bytes that it took.
  const buffers = (list, many, part) => {
    let taken = 0;
    for (let i = 0; i < many; i++) {
      const start = view().getUint32(list + 8 * i, true);
      const length = view().getUint32(list + 8 * i + 4, true);
      taken += part(new Uint8Array(memory.buffer, start, length));
    }
    return taken;
  };

  const system = {
    fd_read(file, list, many, result) {
      if (file !== 0) return BAD_FILE;
      const read = buffers(list, many, (buffer) => {
        const piece = stdin.subarray(at, at + buffer.length);
        buffer.set(piece);
        at += piece.length;
        return piece.length;
      });
      view().setUint32(result, read, true);
      return OK;
    },
    fd_write(file, list, many, result) {
      if (file !== 1 && file !== 2) return BAD_FILE;
      const written = buffers(list, many, (buffer) => {
        if (file === 1) stdout.push(buffer.slice());
        return buffer.length;
      });
      view().setUint32(result, written, true);
      return OK;
    },
    random_get(start, length) {
      crypto.getRandomValues(new Uint8Array(memory.buffer, start, length));
      return OK;
    },
    environ_sizes_get(many, size) {
      view().setUint32(many, 0, true);
      view().setUint32(size, 0, true);
      return OK;
    },
    environ_get: () => OK,
    proc_exit(code) {
      throw new Exit(`ended with ${code}`);
    },
  };

  const instance = await WebAssembly.instantiate(module, { wasi_snapshot_preview1: system });
  memory = instance.exports.memory;
  instance.exports._start();
  return new TextDecoder().decode(await new Blob(stdout).arrayBuffer());
}
