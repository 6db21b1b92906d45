import { defineConfig } from 'vite';
import { compressed } from './compressed';

const server = process.env.EMRSIM_SERVER ?? 'http://127.0.0.1:3002';

export default defineConfig({
  esbuild: { jsx: 'automatic' },
  plugins: [compressed()],
  build: {
    outDir: '../../artifacts/page/dist',
    emptyOutDir: true,
    target: 'es2022',
    reportCompressedSize: false,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      onwarn: (warning, tell) => warning.code !== 'INVALID_ANNOTATION' && tell(warning),
      output: {
        // What changes with every edit is apart from what stays for months.
        manualChunks: id => (id.includes('/node_modules/') ? (id.includes('signalr') ? 'live' : 'react') : undefined),
      },
    },
  },
  server: {
    port: 5173,
    proxy: Object.fromEntries(['/api', '/health', '/media', '/hubs', '/print.js'].map(path => [path, { target: server, ws: true }])),
  },
});
