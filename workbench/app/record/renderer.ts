import type { IRenderMime } from '@jupyterlab/rendermime-interfaces'
import { Widget } from '@lumino/widgets'
import { MIME, type RecordDisplay, type RecordFact } from '#protocol'
import type { MakeRenderer } from '../data/renderers.ts'
import { h } from '../dom.ts'
import { makeTree } from './tree.ts'

/** Output cell of a small object: `RecordDisplay` of the protocol. */
export const makeRecordRenderer: MakeRenderer = () => new RecordRenderer()

class RecordRenderer extends Widget implements IRenderMime.IRenderer {
  constructor() {
    super()
    this.addClass('fl-record')
    this.node.dataset['lmSuppressShortcuts'] = 'true'
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const { title, subtitle, facts, picture, tree } = model.data[MIME.record] as unknown as RecordDisplay
    const note = subtitle === undefined ? [] : [h('span', { class: 'fl-count' }, subtitle)]
    const parts: HTMLElement[] = []
    if (picture !== undefined) {
      const { png, width, height, alt } = picture
      parts.push(
        h('img', { class: 'fl-record-picture', src: `data:image/png;base64,${png}`, width, height, alt }),
      )
    }
    if (facts.length > 0) parts.push(factList(facts))
    this.node.replaceChildren(
      h('div', { class: 'fl-title' }, title, ...note),
      ...(parts.length === 0 ? [] : [h('div', { class: 'fl-record-body' }, ...parts)]),
      ...(tree === undefined || tree.length === 0 ? [] : [makeTree(tree)]),
    )
  }
}

/** Rows of label and value; no definition list, which JupyterLab floats. */
function factList(facts: readonly RecordFact[]): HTMLElement {
  const rows = facts.map(({ label, value, doc = '' }) =>
    h(
      'div',
      { class: 'fl-fact', role: 'listitem', title: doc },
      h('span', { class: 'fl-fact-label' }, label),
      h('span', { class: 'fl-fact-value' }, value),
    ),
  )
  return h('div', { class: 'fl-facts', role: 'list' }, ...rows)
}
