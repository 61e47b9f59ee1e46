/** A slide under its coverslip, as in `public/icons/coverslip.svg`, in the colours of the theme. */
export function Logo({ className }: { className?: string | undefined }) {
  return (
    <svg viewBox="52 108 408 296" className={className} aria-hidden focusable="false">
      <rect x="60" y="160" width="392" height="192" rx="20" fill="none" stroke="currentColor" strokeWidth="16" />
      <path d="M136 160v192" stroke="currentColor" strokeWidth="16" />
      <path d="M216 262c0-44 30-62 66-50s42-12 78-2 58 34 50 70-44 34-70 34-42 12-78 4-46-22-46-56z" fill="#d9679f" />
      <g fill="#5b2a78">
        <circle cx="262" cy="252" r="14" />
        <circle cx="304" cy="282" r="16" />
        <circle cx="332" cy="240" r="13" />
        <circle cx="372" cy="268" r="15" />
      </g>
      <rect
        x="186"
        y="116"
        width="246"
        height="280"
        rx="12"
        fill="currentColor"
        fillOpacity="0.1"
        stroke="currentColor"
        strokeWidth="14"
      />
    </svg>
  );
}
