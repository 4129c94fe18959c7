using Agent.Components.Common.GoTemplate.Execution;
using Agent.Components.Common.GoTemplate.Formatting;
using Agent.Components.Common.GoTemplate.Values;

namespace Agent.Components.Common.GoTemplate.Functions;

/// <summary>Takes URLs apart and puts them together.</summary>
internal static class UrlFunctions
{
    public static void AddTo(FunctionSet functions) => functions
        .Add("urlParse", FunctionSet.OneText, Parse)
        .Add("urlJoin", [GoType.AnyMap], Join);

    private static GoValue Parse(TemplateRun run, ReadOnlySpan<GoValue> arguments)
    {
        string url = arguments[0].AsText;
        if (url.AsSpan().IndexOfAnyInRange('\0', '\x1f') >= 0 || url.Contains('\x7f', StringComparison.Ordinal))
        {
            return Fail(run, url, "net/url: invalid control character in URL");
        }
        var parts = new GoMap();
        string rest = Cut(url, '#', out string fragment);
        string? error = TakeScheme(ref rest, out string scheme);
        rest = Cut(rest, '?', out string query);
        (string opaque, string authority) = ("", "");
        if (scheme.Length > 0 && !rest.StartsWith('/') && rest.Length > 0)
        {
            (opaque, rest) = (rest, "");
        }
        else if (rest.StartsWith("//", StringComparison.Ordinal) && (scheme.Length > 0 || !rest.StartsWith("///", StringComparison.Ordinal)))
        {
            int slash = rest.IndexOf('/', 2);
            authority = rest[2..(slash < 0 ? rest.Length : slash)];
            rest = slash < 0 ? "" : rest[slash..];
        }
        int at = authority.LastIndexOf('@');
        string host = authority[(at + 1)..];
        error ??= HostError(host);
        error ??= UrlText.TryUnescape(rest, out string path, out string pathError) ? null : pathError;
        UrlText.TryUnescape(rest, out path, out _);
        error ??= UrlText.TryUnescape(fragment, out _, out string fragmentError) ? null : fragmentError;
        UrlText.TryUnescape(fragment, out fragment, out _);
        if (error is not null)
        {
            return Fail(run, url, error);
        }
        parts["scheme"] = GoValue.Of(scheme);
        parts["host"] = GoValue.Of(host);
        parts["hostname"] = GoValue.Of(HostName(host));
        parts["path"] = GoValue.Of(path);
        parts["query"] = GoValue.Of(query);
        parts["opaque"] = GoValue.Of(opaque);
        parts["fragment"] = GoValue.Of(fragment);
        parts["userinfo"] = at < 0 ? GoValue.Of("") : UserInfo(run, authority[..at]);
        return GoValue.Of(parts);
    }

    private static GoValue Fail(TemplateRun run, string url, string error) =>
        run.Raise($"unable to parse url: parse {GoQuoting.Quote(url)}: {error}");

    private static string Cut(string text, char at, out string after)
    {
        int found = text.IndexOf(at);
        after = found < 0 ? "" : text[(found + 1)..];
        return found < 0 ? text : text[..found];
    }

    private static string? TakeScheme(ref string rest, out string scheme)
    {
        scheme = "";
        int colon = rest.IndexOf(':', StringComparison.Ordinal);
        string candidate = colon < 0 ? "" : rest[..colon];
        if (colon == 0)
        {
            return "missing protocol scheme";
        }
        bool valid = candidate.Length > 0 && char.IsAsciiLetter(candidate[0]) && candidate.All(static each => char.IsAsciiLetterOrDigit(each) || "+-.".Contains(each));
        if (valid)
        {
            scheme = GoText.ToLower(candidate);
            rest = rest[(colon + 1)..];
            return null;
        }
        bool mayHoldColon = rest.StartsWith('/') || candidate.IndexOfAny(['/', '?']) >= 0 || colon < 0;
        return mayHoldColon ? null : "first path segment in URL cannot contain colon";
    }

    private static string? HostError(string host)
    {
        int colon = host.LastIndexOf(':');
        if (host.StartsWith('['))
        {
            int close = host.LastIndexOf(']');
            return close < 0 ? "missing ']' in host" : PortError(host[(close + 1)..]);
        }
        return colon < 0 ? null : PortError(host[colon..]);
    }

    private static string? PortError(string port) => port.Length == 0 || (port[0] == ':' && port.Skip(1).All(char.IsAsciiDigit))
        ? null
        : $"invalid port {GoQuoting.Quote(port)} after host";

    private static string HostName(string host)
    {
        int close = host.LastIndexOf(']');
        if (host.StartsWith('[') && close > 0)
        {
            return host[1..close];
        }
        int colon = host.LastIndexOf(':');
        return colon < 0 ? host : host[..colon];
    }

    private static GoValue UserInfo(TemplateRun run, string text)
    {
        string name = Cut(text, ':', out string password);
        bool hasPassword = text.Contains(':', StringComparison.Ordinal);
        if (!UrlText.TryUnescape(name, out name, out _) || !UrlText.TryUnescape(password, out password, out _))
        {
            return run.Raise("unable to parse url: net/url: invalid userinfo");
        }
        string shown = Escaped(run, name, UrlText.UserSafe);
        return GoValue.Of(hasPassword ? $"{shown}:{Escaped(run, password, UrlText.UserSafe)}" : shown);
    }

    private static string Escaped(TemplateRun run, string text, string safe) => UrlText.Escape(run, text, safe, plusForSpace: false).AsText;

    private static GoValue Join(TemplateRun run, ReadOnlySpan<GoValue> arguments)
    {
        GoMap parts = arguments[0].AsMap;
        string scheme = Part(run, parts, "scheme");
        string host = Part(run, parts, "host");
        string path = Part(run, parts, "path");
        string query = Part(run, parts, "query");
        string opaque = Part(run, parts, "opaque");
        string fragment = Part(run, parts, "fragment");
        string user = Part(run, parts, "userinfo");
        if (run.Failed)
        {
            return default;
        }
        string url = scheme.Length > 0 ? scheme + ":" : "";
        if (opaque.Length > 0)
        {
            url += opaque;
        }
        else
        {
            bool hasAuthority = host.Length > 0 || user.Length > 0 || (scheme.Length > 0 && path.Length > 0);
            url += hasAuthority ? $"//{(user.Length > 0 ? UserInfo(run, user).AsText + "@" : "")}{Escaped(run, host, UrlText.HostSafe)}" : "";
            url += path.Length > 0 && path[0] != '/' && host.Length > 0 ? "/" : "";
            url += Escaped(run, path, UrlText.PathSafe);
        }
        url += query.Length > 0 ? "?" + query : "";
        return GoValue.Of(url + (fragment.Length > 0 ? "#" + Escaped(run, fragment, UrlText.FragmentSafe) : ""));
    }

    private static string Part(TemplateRun run, GoMap parts, string name)
    {
        if (!parts.TryGet(name, out GoValue value))
        {
            return "";
        }
        if (!value.IsText)
        {
            run.Raise($"unable to parse {name} key, must be of type string, but {DefaultFunctions.KindOf(value)} found");
            return "";
        }
        return value.AsText;
    }
}
