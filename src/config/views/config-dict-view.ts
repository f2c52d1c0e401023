import { type Config, type Owner, stateOf } from '../config-state.ts'
import { ConfigView } from './config-view.ts'
import { DictView } from './dict-view.ts'

/** A dict of configs as expressions see it. */
export class ConfigDictView extends DictView {
  override readonly typeName = 'ConfigDict'

  constructor(owner: Owner) {
    super(owner, () => {
      const items = stateOf(owner.config).values.get(owner.name) as ReadonlyMap<string | number, Config>
      return new Map([...items].map(([key, item]) => [key, new ConfigView(item)]))
    })
  }
}
