namespace Appliance.Proxy.Interop;

/// <summary>Numbers of OpenSSL 3's interface; checked against its headers by a test.</summary>
internal static class OpenSslNumbers
{
    internal const int ControlMode = 33;
    internal const int ControlReadAhead = 41;
    internal const int ControlSessionCacheMode = 44;
    internal const int ControlServerNameCallback = 53;
    internal const int ControlHostName = 55;
    internal const int ControlStatusCallback = 63;
    internal const int ControlStatusResponse = 71;
    internal const int ControlChainCertificate = 89;
    internal const int ControlGroups = 92;
    internal const int ControlMinimumVersion = 123;

    internal const int OptionNoTicket = 1 << 14;
    internal const int OptionNoCompression = 1 << 17;
    internal const int OptionServerPreference = 1 << 22;
    internal const int OptionNoRenegotiation = 1 << 30;

    internal const int ModeMovingWriteBuffer = 2;
    internal const int ModeAutoRetry = 4;
    internal const int ModeReleaseBuffers = 16;

    internal const int SessionCacheOff = 0;
    internal const int SessionCacheClient = 1;
    internal const int SessionCacheNoInternal = 0x300;

    internal const int VerifyNone = 0;
    internal const int VerifyPeer = 1;
    internal const int VerifyRequirePeer = 2;
    internal const int VerifyOk = 0;

    internal const int ErrorWantRead = 2;
    internal const int ErrorZeroReturn = 6;

    internal const int ExtensionOk = 0;
    internal const int ExtensionFatal = 2;
    internal const int ExtensionIgnored = 3;
    internal const int AlertUnrecognizedName = 112;
    internal const int NameTypeHost = 0;

    internal const int Version12 = 0x303;
    internal const int Version13 = 0x304;
    internal const int RecordPlainLength = 16384;

    internal const int BioFlush = 11;
    internal const int BioTypeSourceSink = 0x400;
    internal const int BioFlagRead = 1;
    internal const int BioFlagRetry = 8;

    internal const int ParameterText = 4;
    internal const int ParameterOctets = 5;
}
