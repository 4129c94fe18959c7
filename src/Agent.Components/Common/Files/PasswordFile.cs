namespace Agent.Components.Common.Files;

/// <summary>The users of this machine, see passwd(5).</summary>
internal static class PasswordFile
{
    public const string UsualPath = "/etc/passwd";

    /// <summary>Names of users by their number; none where the file cannot be read.</summary>
    public static Dictionary<string, string> Names(string path)
    {
        var users = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            foreach (string line in File.ReadLines(path))
            {
                // name:password:number:…
                string[] fields = line.Split(':');
                if (fields.Length > 2)
                {
                    users.TryAdd(fields[2], fields[0]);
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Images without a shell often have none.
        }
        return users;
    }
}
