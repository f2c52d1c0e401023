/** The kernel's picture in launchers: a first point of light over a horizon of pixels. */
export const LOGO_SVG = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">
<rect width="64" height="64" rx="12" fill="#10182b"/>
<path d="M32 8l3.6 17.2L52 29l-16.4 3.8L32 50l-3.6-17.2L12 29l16.4-3.8z" fill="#ffd479"/>
<circle cx="32" cy="29" r="5" fill="#fff"/>
<path d="M8 54h8v-4h8v4h8v-6h8v6h8v-3h8v7H8z" fill="#4fb3bf"/>
</svg>
`
