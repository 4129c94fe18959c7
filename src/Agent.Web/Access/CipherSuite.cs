using System.Net.Security;
using Agent.Sdk.Declarations;

namespace Agent.Web.Access;

/// <summary>The cipher suites that a configuration may name; their values are those of the registry of TLS.</summary>
public enum CipherSuite
{
    [Name("TLS_RSA_WITH_AES_128_CBC_SHA")]
    RsaWithAes128CbcSha = (int)TlsCipherSuite.TLS_RSA_WITH_AES_128_CBC_SHA,

    [Name("TLS_RSA_WITH_AES_256_CBC_SHA")]
    RsaWithAes256CbcSha = (int)TlsCipherSuite.TLS_RSA_WITH_AES_256_CBC_SHA,

    [Name("TLS_RSA_WITH_AES_128_GCM_SHA256")]
    RsaWithAes128GcmSha256 = (int)TlsCipherSuite.TLS_RSA_WITH_AES_128_GCM_SHA256,

    [Name("TLS_RSA_WITH_AES_256_GCM_SHA384")]
    RsaWithAes256GcmSha384 = (int)TlsCipherSuite.TLS_RSA_WITH_AES_256_GCM_SHA384,

    [Name("TLS_AES_128_GCM_SHA256")]
    Aes128GcmSha256 = (int)TlsCipherSuite.TLS_AES_128_GCM_SHA256,

    [Name("TLS_AES_256_GCM_SHA384")]
    Aes256GcmSha384 = (int)TlsCipherSuite.TLS_AES_256_GCM_SHA384,

    [Name("TLS_CHACHA20_POLY1305_SHA256")]
    Chacha20Poly1305Sha256 = (int)TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256,

    [Name("TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA")]
    EcdheEcdsaWithAes128CbcSha = (int)TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA,

    [Name("TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA")]
    EcdheEcdsaWithAes256CbcSha = (int)TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA,

    [Name("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA")]
    EcdheRsaWithAes128CbcSha = (int)TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA,

    [Name("TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA")]
    EcdheRsaWithAes256CbcSha = (int)TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA,

    [Name("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256")]
    EcdheEcdsaWithAes128GcmSha256 = (int)TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,

    [Name("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384")]
    EcdheEcdsaWithAes256GcmSha384 = (int)TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,

    [Name("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")]
    EcdheRsaWithAes128GcmSha256 = (int)TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,

    [Name("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384")]
    EcdheRsaWithAes256GcmSha384 = (int)TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,

    [Name("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256")]
    EcdheRsaWithChacha20Poly1305Sha256 = (int)TlsCipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,

    [Name("TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256")]
    EcdheEcdsaWithChacha20Poly1305Sha256 = (int)TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
}
