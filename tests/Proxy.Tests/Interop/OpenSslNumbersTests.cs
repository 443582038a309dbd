using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using Appliance.Proxy.Interop;
using Appliance.Proxy.Tls;

namespace Proxy.Tests.Interop;

/// <summary>Numbers and layouts of OpenSSL's interface, asked of the C compiler.</summary>
public sealed class OpenSslNumbersTests
{
    private static readonly Dictionary<string, string> Names = new()
    {
        ["ControlMode"] = "SSL_CTRL_MODE",
        ["ControlReadAhead"] = "SSL_CTRL_SET_READ_AHEAD",
        ["ControlSessionCacheMode"] = "SSL_CTRL_SET_SESS_CACHE_MODE",
        ["ControlServerNameCallback"] = "SSL_CTRL_SET_TLSEXT_SERVERNAME_CB",
        ["ControlHostName"] = "SSL_CTRL_SET_TLSEXT_HOSTNAME",
        ["ControlStatusCallback"] = "SSL_CTRL_SET_TLSEXT_STATUS_REQ_CB",
        ["ControlStatusResponse"] = "SSL_CTRL_SET_TLSEXT_STATUS_REQ_OCSP_RESP",
        ["ControlChainCertificate"] = "SSL_CTRL_CHAIN_CERT",
        ["ControlGroups"] = "SSL_CTRL_SET_GROUPS_LIST",
        ["ControlMinimumVersion"] = "SSL_CTRL_SET_MIN_PROTO_VERSION",
        ["OptionNoTicket"] = "SSL_OP_NO_TICKET",
        ["OptionNoCompression"] = "SSL_OP_NO_COMPRESSION",
        ["OptionServerPreference"] = "SSL_OP_CIPHER_SERVER_PREFERENCE",
        ["OptionNoRenegotiation"] = "SSL_OP_NO_RENEGOTIATION",
        ["ModeMovingWriteBuffer"] = "SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER",
        ["ModeReleaseBuffers"] = "SSL_MODE_RELEASE_BUFFERS",
        ["ModeAutoRetry"] = "SSL_MODE_AUTO_RETRY",
        ["SessionCacheOff"] = "SSL_SESS_CACHE_OFF",
        ["SessionCacheClient"] = "SSL_SESS_CACHE_CLIENT",
        ["SessionCacheNoInternal"] = "SSL_SESS_CACHE_NO_INTERNAL",
        ["VerifyNone"] = "SSL_VERIFY_NONE",
        ["VerifyPeer"] = "SSL_VERIFY_PEER",
        ["VerifyRequirePeer"] = "SSL_VERIFY_FAIL_IF_NO_PEER_CERT",
        ["VerifyOk"] = "X509_V_OK",
        ["ErrorWantRead"] = "SSL_ERROR_WANT_READ",
        ["ErrorZeroReturn"] = "SSL_ERROR_ZERO_RETURN",
        ["ExtensionOk"] = "SSL_TLSEXT_ERR_OK",
        ["ExtensionFatal"] = "SSL_TLSEXT_ERR_ALERT_FATAL",
        ["ExtensionIgnored"] = "SSL_TLSEXT_ERR_NOACK",
        ["AlertUnrecognizedName"] = "SSL_AD_UNRECOGNIZED_NAME",
        ["NameTypeHost"] = "TLSEXT_NAMETYPE_host_name",
        ["Version12"] = "TLS1_2_VERSION",
        ["Version13"] = "TLS1_3_VERSION",
        ["RecordPlainLength"] = "SSL3_RT_MAX_PLAIN_LENGTH",
        ["BioFlush"] = "BIO_CTRL_FLUSH",
        ["BioTypeSourceSink"] = "BIO_TYPE_SOURCE_SINK",
        ["BioFlagRead"] = "BIO_FLAGS_READ",
        ["BioFlagRetry"] = "BIO_FLAGS_SHOULD_RETRY",
        ["ParameterText"] = "OSSL_PARAM_UTF8_STRING",
        ["ParameterOctets"] = "OSSL_PARAM_OCTET_STRING",
    };

    private static readonly (string Expression, long Ours)[] Layouts =
    [
        ("sizeof(OSSL_PARAM)", Marshal.SizeOf<OpenSslParameter>()),
        ("offsetof(OSSL_PARAM, data_type)", (long)Marshal.OffsetOf<OpenSslParameter>(nameof(OpenSslParameter.Type))),
        ("offsetof(OSSL_PARAM, data)", (long)Marshal.OffsetOf<OpenSslParameter>(nameof(OpenSslParameter.Bytes))),
        ("offsetof(OSSL_PARAM, data_size)", (long)Marshal.OffsetOf<OpenSslParameter>(nameof(OpenSslParameter.Length))),
        ("offsetof(OSSL_PARAM, return_size)", (long)Marshal.OffsetOf<OpenSslParameter>(nameof(OpenSslParameter.ReturnedLength))),
        ("EVP_MAX_IV_LENGTH", TicketKey.VectorLength),
        ("strcmp(OSSL_MAC_PARAM_KEY, \"key\") || strcmp(OSSL_MAC_PARAM_DIGEST, \"digest\")", 0),
    ];

    [Fact]
    public void NumbersAndLayoutsAgreeWithTheCCompiler()
    {
        var expected = new List<(string Expression, long Ours)>(Layouts);
        foreach (FieldInfo field in typeof(OpenSslNumbers).GetFields(BindingFlags.NonPublic | BindingFlags.Static))
        {
            Assert.True(Names.TryGetValue(field.Name, out string? name), $"{field.Name} has no C name in this test");
            expected.Add(($"(int)({name})", Convert.ToInt64(field.GetRawConstantValue(), CultureInfo.InvariantCulture)));
        }

        string[] headers = ["stdio", "stddef", "string", "openssl/ssl", "openssl/core_names", "openssl/evp"];
        string[] answers = CCompiler.Evaluate(headers, [.. expected.Select(e => e.Expression)]);
        Assert.Equal(expected.Select(e => $"{e.Expression} = {e.Ours}"), expected.Zip(answers, (e, answer) => $"{e.Expression} = {answer}"));
    }
}
