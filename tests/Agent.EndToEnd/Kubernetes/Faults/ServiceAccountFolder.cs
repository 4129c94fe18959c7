using System.Globalization;
using System.Runtime.InteropServices;

namespace Agent.EndToEnd.Kubernetes.Faults;

/// <summary>A service account as a kubelet mounts it: files behind a link, which is what changes when a token is rotated.</summary>
internal sealed partial class ServiceAccountFolder
{
    private const string Data = "..data";
    private readonly string _folder;
    private readonly string _authority;
    private int _rotations;

    /// <param name="folder">Where it lies.</param>
    /// <param name="authority">What is trusted, as PEM.</param>
    /// <param name="token">The first one.</param>
    public ServiceAccountFolder(string folder, string authority, string token)
    {
        (_folder, _authority) = (folder, authority);
        Directory.CreateDirectory(folder);
        Rotate(token);
        File.CreateSymbolicLink(Token, Path.Combine(Data, "token"));
        File.CreateSymbolicLink(Authority, Path.Combine(Data, "ca.crt"));
    }

    public string Token => Path.Combine(_folder, "token");

    public string Authority => Path.Combine(_folder, "ca.crt");

    /// <summary>Replaces the token; readers see either the one or the other.</summary>
    public void Rotate(string token)
    {
        string version = string.Create(CultureInfo.InvariantCulture, $"..2026_{++_rotations}");
        Directory.CreateDirectory(Path.Combine(_folder, version));
        File.WriteAllText(Path.Combine(_folder, version, "token"), token);
        File.WriteAllText(Path.Combine(_folder, version, "ca.crt"), _authority);
        string link = Path.Combine(_folder, Data + "_tmp");
        Directory.CreateSymbolicLink(link, version);
        Assert.Equal(0, Rename(link, Path.Combine(_folder, Data)));
    }

    // The runtime's own takes a link to a folder for a folder, and those it does not replace.
    [LibraryImport("libc", EntryPoint = "rename", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename(string from, string to);
}
