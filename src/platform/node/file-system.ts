import { statfsSync } from 'node:fs'

/** Types of `statfs` (Linux) of file systems that other machines may have mounted too; shared memory does not reach there. */
const NETWORK: ReadonlySet<number> = new Set([
  0x6969, // NFS
  0x517b, // SMB
  0xff534d42, // CIFS
  0xfe534d42, // SMB 2
  0x65735546, // FUSE: sshfs, gcsfuse …
  0x0bd00bd0, // Lustre
  0x47504653, // GPFS
  0x5346414f, // AFS
  0x6b414653, // kAFS
  0x01021997, // 9P
  0x00c36400, // Ceph
  0x19830326, // BeeGFS
  0x7461636f, // OCFS2
  0x01161970, // GFS2
  0xaad7aaea, // PanFS
  0x786f4256, // VirtualBox shared folders
])

export const isNetworkType = (type: number): boolean => NETWORK.has(type >>> 0)

/** Whether a folder lies on a network file system; what cannot be told counts as local. */
export function isOnNetwork(folder: string): boolean {
  try {
    return process.platform === 'linux' && isNetworkType(statfsSync(folder).type)
  } catch {
    return false
  }
}
