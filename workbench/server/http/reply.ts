import type { ServerResponse } from 'node:http'
import { Buffer } from 'node:buffer'

/**
 * Policy of our own pages. Scripts come from this server only, never inline. `unsafe-eval` is for the JSON-schema
 * compiler of the settings registry and for Plotly's WebGL traces; styles are inline because lumino and CodeMirror set
 * them so. Nothing is loaded from or sent to another host.
 */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self' 'unsafe-eval'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "media-src 'self' data: blob:",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "frame-src 'self' blob:",
  "manifest-src 'self'",
  "base-uri 'self'",
  "form-action 'self'",
  "frame-ancestors 'self'",
].join('; ')

/** User files and exported documents: they may run scripts only in an origin of their own. */
export const FILE_POLICY = "sandbox allow-scripts; frame-ancestors 'self'"
const API_POLICY = "default-src 'none'; frame-ancestors 'none'"

/** Headers of every answer; a handler may replace the policy and the caching. */
export function setDefaultHeaders(res: ServerResponse): void {
  res.setHeader('X-Content-Type-Options', 'nosniff')
  res.setHeader('Referrer-Policy', 'same-origin')
  res.setHeader('Cross-Origin-Resource-Policy', 'same-origin')
  res.setHeader('Cross-Origin-Opener-Policy', 'same-origin')
  res.setHeader('Content-Security-Policy', API_POLICY)
  res.setHeader('Cache-Control', 'no-store')
}

export function sendJson(res: ServerResponse, value: unknown, status = 200): void {
  send(res, JSON.stringify(value), 'application/json', status)
}

export function sendHtml(res: ServerResponse, html: string, status = 200): void {
  res.setHeader('Content-Security-Policy', PAGE_POLICY)
  send(res, html, 'text/html; charset=utf-8', status)
}

export function sendEmpty(res: ServerResponse, status = 204): void {
  res.writeHead(status)
  res.end()
}

/** `location` is a path on this server. */
export function redirect(res: ServerResponse, location: string): void {
  res.writeHead(302, { Location: location })
  res.end()
}

export function send(res: ServerResponse, body: string | Uint8Array, type: string, status = 200): void {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  res.writeHead(status, { 'Content-Type': type, 'Content-Length': bytes.byteLength })
  res.end(res.req.method === 'HEAD' ? undefined : bytes)
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (c) => ESCAPES[c]!)
