import { lookup } from 'node:dns/promises'
import { BlockList, isIP } from 'node:net'

type Net = [net: string, prefix: number, family: 'ipv4' | 'ipv6']

const listOf = (nets: Net[]): BlockList => {
  const list = new BlockList()
  for (const net of nets) list.addSubnet(...net)
  return list
}

/** Where cloud machines keep their keys, and what only a link knows: never a place to send reminders to. */
const NEVER: Net[] = [
  ['169.254.0.0', 16, 'ipv4'],
  ['0.0.0.0', 8, 'ipv4'],
  ['100.100.100.200', 32, 'ipv4'],
  ['fe80::', 10, 'ipv6'],
  ['fd00:ec2::254', 128, 'ipv6'],
  // No address at all, which leads to this machine.
  ['::', 128, 'ipv6'],
]
const PRIVATE: Net[] = [
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['fc00::', 7, 'ipv6'],
  ['fec0::', 10, 'ipv6'],
  ['::1', 128, 'ipv6'],
]
/** IPv4 as IPv6 spells it: mapped, and behind a translating network. */
const SPELLED = ['::ffff:', '64:ff9b::']
const spelled = (nets: Net[]): Net[] => [
  ...nets,
  ...nets.flatMap(([net, prefix, family]) =>
    family === 'ipv4' ? SPELLED.map((before): Net => [`${before}${net}`, 96 + prefix, 'ipv6']) : [],
  ),
]
const never = listOf(spelled(NEVER))
const privately = listOf(spelled(PRIVATE))

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
