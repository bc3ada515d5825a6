import { lookup } from 'node:dns/promises'
import { BlockList, isIP } from 'node:net'

/** Where cloud machines keep their keys, and what only a link knows: never a place to send reminders to. */
const never = new BlockList()
never.addSubnet('169.254.0.0', 16, 'ipv4')
never.addSubnet('0.0.0.0', 8, 'ipv4')
never.addSubnet('fe80::', 10, 'ipv6')
never.addAddress('fd00:ec2::254', 'ipv6')
never.addAddress('100.100.100.200', 'ipv4')
never.addSubnet('::ffff:169.254.0.0', 112, 'ipv6')
// The same addresses, as a translating network spells them.
never.addSubnet('64:ff9b::a9fe:0', 112, 'ipv6')

const privately = new BlockList()
for (const [net, prefix] of [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['127.0.0.0', 8],
] as const)
  privately.addSubnet(net, prefix, 'ipv4')
privately.addSubnet('fc00::', 7, 'ipv6')
privately.addAddress('::1', 'ipv6')

const here = new BlockList()
here.addSubnet('127.0.0.0', 8, 'ipv4')
here.addAddress('::1', 'ipv6')

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4')

export const isLoopback = (address: string): boolean => here.check(address, familyOf(address))

/** The address a name stands for, if it may be spoken to. Checked on what is then connected to, so a second look-up cannot differ. */
export const targetOf = async (
  url: URL,
  blockPrivate: boolean,
): Promise<{ address: string } | { refused: string }> => {
  const name = url.hostname.replace(/^\[|\]$/g, '')
  const found = isIP(name) ? [{ address: name }] : await lookup(name, { all: true })
  for (const { address } of found) {
    const family = familyOf(address)
    if (never.check(address, family)) return { refused: `${name} is a link-local or metadata address` }
    if (blockPrivate && privately.check(address, family)) return { refused: `${name} is a private address` }
  }
  return found[0] ? { address: found[0].address } : { refused: `${name} has no address` }
}
