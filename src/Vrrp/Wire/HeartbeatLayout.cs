namespace Appliance.Vrrp.Wire;

/// <summary>
/// A datagram of the HA port, network byte order, fixed places:
/// <code>
///   0  magic "AH"          2  version 1       3  key id         4  router id     5  role
///   6  priority            7  reason          8  flags (2)     10  evidence     11  active link pairs
///  12  sender's nonce (16)                   28  receiver's nonce, zero: unknown (16)
///  44  sequence (8)       52  sent at ns (8) 60  echo of the receiver's last "sent at" (8)
///  68  held ns since (8)  76  LAN address (16, IPv4 in the last 4)
///  92  check interval us (4)
///  96  config SHA-256 (32)                  128  bundle SHA-256 (32)
/// 160  sync position (8) 168  name length   169  name, zero-padded (63)
/// 232  later minor versions may add bytes here; they are signed, and ignored by this one
/// end  HMAC-SHA256 over all before, first 16 bytes
/// </code>
/// </summary>
internal static class HeartbeatLayout
{
    public const byte Magic0 = (byte)'A';
    public const byte Magic1 = (byte)'H';
    public const byte CurrentVersion = 1;

    public const int Version = 2;
    public const int KeyId = 3;
    public const int RouterId = 4;
    public const int Role = 5;
    public const int Priority = 6;
    public const int Reason = 7;
    public const int Flags = 8;
    public const int Evidence = 10;
    public const int LinkPairs = 11;
    public const int SenderNonce = 12;
    public const int ReceiverNonce = 28;
    public const int NonceBytes = 16;
    public const int Sequence = 44;
    public const int SentAt = 52;
    public const int EchoedSentAt = 60;
    public const int Held = 68;
    public const int LanAddress = 76;
    public const int IntervalUs = 92;
    public const int ConfigPrint = 96;
    public const int BundlePrint = 128;
    public const int PrintBytes = 32;
    public const int SyncPosition = 160;
    public const int NameLength = 168;
    public const int Name = 169;
    public const int NameBytes = 63;
    public const int BodyBytes = 232;
    public const int TagBytes = 16;
    public const int TotalBytes = BodyBytes + TagBytes;

    /// <summary>Longer ones are cut by the receive buffer and refused as truncated.</summary>
    public const int MaximumBytes = 1024;
}
