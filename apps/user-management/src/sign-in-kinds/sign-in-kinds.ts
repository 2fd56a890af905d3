import type { ProviderEndpoints } from '@berth/contracts/identity';
import { signInKindErrors } from './sign-in-kinds.errors.js';
import type { SignInPlugIn } from './plug-ins.js';
import type { SignInProvider } from './sign-in-provider.js';

type Own = Exclude<ProviderEndpoints['kind'], 'plugin'>;

/** All ways of letting somebody else say who a person is: the platform's own, and those of plug-ins. */
export class SignInKinds {
  constructor(
    private readonly own: Readonly<Record<Own, SignInProvider>>,
    private readonly plugIns: ReadonlyMap<string, SignInPlugIn>,
  ) {}

  /** Undefined when it was of a plug-in that is not loaded any more. */
  of(endpoints: ProviderEndpoints): SignInProvider | undefined {
    return endpoints.kind === 'plugin' ? this.plugIns.get(endpoints.plugin) : this.own[endpoints.kind];
  }

  /** @throws DomainError 422 `plugin_unknown`, `plugin_settings_refused` */
  require(endpoints: ProviderEndpoints): void {
    if (endpoints.kind !== 'plugin') return;
    const plugIn = this.plugIns.get(endpoints.plugin);
    if (!plugIn) {
      const known = [...this.plugIns.keys()].join(', ') || 'none';
      throw signInKindErrors.PluginUnknown(`is none of this platform's plug-ins: ${known}`, {
        pointer: '/endpoints/plugin',
      });
    }
    const complaint: unknown = plugIn.complaint(endpoints.settings);
    if (complaint === null) return;
    const why = typeof complaint === 'string' && complaint !== '' ? complaint : 'are not what the plug-in takes';
    throw signInKindErrors.PluginSettingsRefused(why, { pointer: '/endpoints/settings' });
  }
}
