import { createRoot } from 'react-dom/client';
import { App } from './Shell/App';
import './Shell/theme.css';
import './Shell/shell.css';

createRoot(document.getElementById('page')!).render(<App />);
