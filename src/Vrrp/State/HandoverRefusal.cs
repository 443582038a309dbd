namespace Appliance.Vrrp.State;

/// <summary>Why a planned handover was not begun.</summary>
internal enum HandoverRefusal
{
    None,
    NotActive,
    NoPeer,
    PeerUnreachable,
    PeerUnfit,
    PeerNotTrusted,
    ConfigDiffers,
}
