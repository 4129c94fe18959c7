using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Agent.Sdk;

namespace Agent.Components.Common.Http;

/// <summary>A certificate with its key and chain from PEM text or files, loaded again when a file changes.</summary>
internal sealed class PemCertificate(string certPem, string certFile, Secret? keyPem, string keyFile)
{
    private readonly PemText _cert = new(certPem, certFile);
    private readonly PemText _key = new(keyPem?.Reveal() ?? "", keyFile);
    private readonly Lock _gate = new();
    private (string Cert, string Key) _loaded;
    private Loaded? _current;

    /// <summary>The certificate itself, and those of the same text that lead to an authority.</summary>
    /// <exception cref="IOException">A file cannot be read, or what it holds is no certificate or not its key.</exception>
    public Loaded Load()
    {
        (string, string) texts = (_cert.Read(), _key.Read());
        lock (_gate)
        {
            if (_current is null || texts != _loaded)
            {
                _current = Parse(texts.Item1, texts.Item2);
                _loaded = texts;
            }
            return _current;
        }
    }

    private static Loaded Parse(string cert, string key)
    {
        try
        {
            var chain = new X509Certificate2Collection();
            chain.ImportFromPem(cert);
            var leaf = X509Certificate2.CreateFromPem(cert, key);
            if (chain.Count > 0)
            {
                chain.RemoveAt(0);
            }
            return new Loaded(leaf, chain);
        }
        catch (Exception invalid) when (invalid is CryptographicException or ArgumentException)
        {
            throw new IOException($"cannot load a certificate with its key: {invalid.Message}", invalid);
        }
    }

    public sealed record Loaded(X509Certificate2 Leaf, X509Certificate2Collection Chain);
}

/// <summary>PEM text that stands in the configuration or in a file.</summary>
internal sealed class PemText(string text, string path)
{
    private readonly WatchedFile? _file = path.Length > 0 ? new WatchedFile(path) : null;

    public bool IsGiven => _file is not null || text.Length > 0;

    public string Read() => _file is null ? text : _file.Read().Text;
}

/// <summary>The authorities that a peer's certificate is checked against, loaded again when their file changes.</summary>
internal sealed class PemAuthorities(string pem, string file)
{
    private readonly PemText _text = new(pem, file);
    private readonly Lock _gate = new();
    private string _loaded = "";
    private X509Certificate2Collection _current = [];

    /// <summary>False where the system's own authorities are meant.</summary>
    public bool AreGiven => _text.IsGiven;

    /// <exception cref="IOException">The file cannot be read, or holds no certificate.</exception>
    public X509Certificate2Collection Load()
    {
        string text = _text.Read();
        lock (_gate)
        {
            if (text != _loaded)
            {
                var authorities = new X509Certificate2Collection();
                try
                {
                    authorities.ImportFromPem(text);
                }
                catch (CryptographicException invalid)
                {
                    throw new IOException($"cannot load authorities: {invalid.Message}", invalid);
                }
                (_current, _loaded) = (authorities, text);
            }
            return _current;
        }
    }

    /// <summary>Whether one of the authorities vouches for the certificate; names and revocation are not looked at.</summary>
    public bool Vouch(X509Certificate2 certificate, X509Chain? sent)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.AddRange(Load());
        foreach (X509ChainElement element in (IEnumerable<X509ChainElement>?)sent?.ChainElements ?? [])
        {
            chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        }
        if (sent is not null)
        {
            chain.ChainPolicy.ExtraStore.AddRange(sent.ChainPolicy.ExtraStore);
        }
        return chain.Build(certificate);
    }
}
