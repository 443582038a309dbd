using System.Text;
using Appliance.Limiter.Tokens;
using Limiter.Tests.Support;

namespace Limiter.Tests.Tokens;

/// <summary>The examples of RFC 7515 appendix A; that of A.1 is also RFC 7519's of section 3.1. Their payload expires at 1300819380.</summary>
public sealed class RfcVectorTests
{
    private const long BeforeExpiryMs = 1_300_819_379_999;
    private const string Payload = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    private const string Hs256 = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." + Payload + ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    private const string Rs256 = "eyJhbGciOiJSUzI1NiJ9." + Payload
        + ".cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAyn"
        + "RFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6I"
        + "eYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
    private const string Es256 = "eyJhbGciOiJFUzI1NiJ9." + Payload
        + ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
    private const string Unsecured = "eyJhbGciOiJub25lIn0." + Payload + ".";

    private const string Keys = """
        {"keys": [
          {"kty": "oct", "k": "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"},
          {"kty": "RSA", "e": "AQAB", "n": "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"},
          {"kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}
        ]}
        """;

    [Theory]
    [InlineData(Hs256)]
    [InlineData(Rs256)]
    [InlineData(Es256)]
    public void SignedExamplesVerifyUntilTheyExpire(string token)
    {
        using TokenLane lane = Lane();
        Assert.Equal("joe", lane.Claim(token, "iss", BeforeExpiryMs));
        Assert.Equal("1300819380", lane.Claim(token, "exp", BeforeExpiryMs));
        Assert.Equal("true", lane.Claim(token, "http://example.com/is_root", BeforeExpiryMs));
        Assert.Equal("__invalid__", lane.Claim(token, "iss", BeforeExpiryMs + 1));
    }

    [Fact]
    public void TheUnsecuredExampleIsRefused()
    {
        using TokenLane lane = Lane();
        Assert.Equal("__invalid__", lane.Claim(Unsecured, "iss", BeforeExpiryMs));
    }

    [Fact]
    public void AnExampleUnderAnothersSignatureIsRefused()
    {
        using TokenLane lane = Lane();
        Assert.Equal("__invalid__", lane.Claim(Hs256[..Hs256.LastIndexOf('.')] + Es256[Es256.LastIndexOf('.')..], "iss", BeforeExpiryMs));
        Assert.Equal("__invalid__", lane.Claim(Rs256[..Rs256.LastIndexOf('.')] + Hs256[Hs256.LastIndexOf('.')..], "iss", BeforeExpiryMs));
    }

    private static TokenLane Lane()
    {
        JwtKeySet? keys = JwtKeySet.Load([], new("rfc.json", Encoding.UTF8.GetBytes(Keys)), out var errors);
        Assert.Empty(errors);
        return TokenLane.Of(keys!, "iss", "exp", "http://example.com/is_root");
    }
}
