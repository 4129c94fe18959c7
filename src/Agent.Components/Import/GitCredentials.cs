using Agent.Components.Common.Http;
using Agent.Sdk;

namespace Agent.Components.Import;

/// <summary>Gives a user name and a password to git, through its environment: arguments show in the list of processes.</summary>
internal sealed class GitCredentials(GitAddress address, BasicAuthOptions? basic)
{
    private const string UserVariable = "INVAR_GIT_USERNAME";
    private const string PasswordVariable = "INVAR_GIT_PASSWORD";

    /// <summary>
    /// A program in git's words that answers what to log in with. For the host of the repository alone: where a server sends git elsewhere,
    /// the other one gets nothing. A header would go along.
    /// </summary>
    private const string Answer = "!f() { test \"$1\" = get && printf 'username=%s\\npassword=%s\\n' \"$" + UserVariable + "\" \"$" + PasswordVariable + "\"; }; f";

    /// <summary>Changes the environment of git.</summary>
    /// <returns>The password, which is to show nowhere.</returns>
    /// <exception cref="ComponentException">The file of the password cannot be read.</exception>
    public string? Prepare(IDictionary<string, string?> environment)
    {
        if ((basic?.Username ?? address.Username) is not { } user || !Uri.TryCreate(address.Repository, UriKind.Absolute, out Uri? url))
        {
            return null;
        }
        string password = basic is null ? address.Password ?? "" : PasswordOf(basic);
        environment[UserVariable] = user;
        environment[PasswordVariable] = password;
        // The first one drops programs that the system has for this: they would be asked before, and told to keep the password after.
        Configure(environment, ("credential.helper", ""), ($"credential.{url.GetLeftPart(UriPartial.Authority)}.helper", Answer));
        return password;
    }

    private static string PasswordOf(BasicAuthOptions basic)
    {
        if (basic.PasswordFile.Length == 0)
        {
            return basic.Password?.Reveal() ?? "";
        }
        try
        {
            return File.ReadAllText(basic.PasswordFile).Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ComponentException($"cannot read the password: {exception.Message}", exception);
        }
    }

    private static void Configure(IDictionary<string, string?> environment, params (string Key, string Value)[] settings)
    {
        environment["GIT_CONFIG_COUNT"] = settings.Length.ToString(System.Globalization.CultureInfo.InvariantCulture);
        for (int i = 0; i < settings.Length; i++)
        {
            environment[FormattableString.Invariant($"GIT_CONFIG_KEY_{i}")] = settings[i].Key;
            environment[FormattableString.Invariant($"GIT_CONFIG_VALUE_{i}")] = settings[i].Value;
        }
    }
}
