using Agent.Sdk;

namespace Agent.Components.Common.Http;

/// <summary>A secret that stands in the configuration or in a file.</summary>
internal sealed class Credential(Secret? secret, string path)
{
    private readonly WatchedFile? _file = path.Length > 0 ? new WatchedFile(path) : null;

    /// <exception cref="HttpRequestException">Its file cannot be read: the request fails and is tried again.</exception>
    public string Reveal()
    {
        if (_file is null)
        {
            return secret?.Reveal() ?? "";
        }
        try
        {
            return _file.Read().Text;
        }
        catch (IOException failed)
        {
            throw new HttpRequestException($"cannot authenticate: {failed.Message}", failed);
        }
    }
}
