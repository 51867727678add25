// Prints on standard error how a plugin used its kernel. Loaded before the host, which does not know it.

const instantiate = WebAssembly.instantiate;
const counted = { allocations: 0, given_back_at_once: 0 };

WebAssembly.instantiate = (module, imports) => {
  // Node has its own modules, without such a kernel.
  const kernel = imports?.['extism:host/env'] ?? {};
  let unused;
  for (const [name, answer] of Object.entries(kernel)) {
    kernel[name] = (...values) => {
      // A block that was never written to nor passed on.
      counted.given_back_at_once += Number(name === 'free' && values[0] === unused);
      const given = answer(...values);
      counted.allocations += Number(name === 'alloc');
      unused = name === 'alloc' ? given : undefined;
      return given;
    };
  }
  return instantiate(module, imports);
};

process.on('exit', () => console.error(`counted: ${JSON.stringify(counted)}`));
