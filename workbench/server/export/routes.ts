import { basename } from 'node:path'
import type { Contents } from '../contents/contents.ts'
import { contentsPath } from '../contents/contents.ts'
import { formatNotebook } from '../contents/notebook.ts'
import { notFound } from '../errors.ts'
import { isObject, type JsonObject } from '../http/body.ts'
import { FILE_POLICY, send, sendJson } from '../http/reply.ts'
import { type Route, route } from '../http/router.ts'
import { languageOf, notebookToMarkdown, notebookToScript } from './markdown.ts'

interface Exporter {
  readonly mimetype: string
  extension(notebook: JsonObject): string
  convert(notebook: JsonObject): string
}

const SCRIPTS: Readonly<Record<string, string>> = { typescript: '.ts', javascript: '.js', python: '.py' }

const EXPORTERS: Readonly<Record<string, Exporter>> = {
  markdown: { mimetype: 'text/markdown', extension: () => '.md', convert: notebookToMarkdown },
  notebook: { mimetype: 'application/json', extension: () => '.ipynb', convert: formatNotebook },
  script: {
    mimetype: 'text/plain',
    extension: (notebook) => SCRIPTS[languageOf(notebook)] ?? '.txt',
    convert: notebookToScript,
  },
}

/** /api/nbconvert, /nbconvert: a notebook in another form, made here without nbconvert. */
export function exportRoutes(contents: Contents): Route[] {
  const list = Object.entries(EXPORTERS).map(([name, { mimetype }]) => [name, { output_mimetype: mimetype }])
  return [
    route('GET', '/api/nbconvert', 'api', ({ res }) => sendJson(res, Object.fromEntries(list))),
    route('GET', '/nbconvert/:format/*', 'content', async ({ res, query }, params) => {
      const exporter = Object.hasOwn(EXPORTERS, params['format'] ?? '')
        ? EXPORTERS[params['format'] ?? '']
        : undefined
      if (exporter === undefined) throw notFound(`No export format ${params['format']}`)
      const path = contentsPath(params['rest'] ?? '')
      const { content, last_modified } = await contents.get(path, {
        type: 'notebook',
        content: true,
        hash: false,
      })
      if (!isObject(content)) throw notFound(`No notebook ${path}`)
      const name = `${basename(path, '.ipynb')}${exporter.extension(content)}`
      if (query.get('download') === 'true')
        res.setHeader('Content-Disposition', `attachment; filename*=utf-8''${encodeURIComponent(name)}`)
      res.setHeader('Content-Security-Policy', FILE_POLICY)
      res.setHeader('Last-Modified', new Date(last_modified).toUTCString())
      send(res, exporter.convert(content), `${exporter.mimetype}; charset=utf-8`)
    }),
  ]
}
