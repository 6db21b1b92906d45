import { createRoot } from 'react-dom/client';

createRoot(document.getElementById('page')!).render(<p>EMRsim</p>);
