using Agent.Components.Common.GoTemplate.Values;

namespace Agent.Components.Common.GoTemplate.Functions;

/// <summary>Go's functions for paths with slashes; those of the operating system are the same here.</summary>
internal static class PathFunctions
{
    public static void AddTo(FunctionSet functions) => functions
        .AddText("base", Base)
        .AddText("dir", static path => Clean(path[..(path.LastIndexOf('/') + 1)]))
        .AddText("clean", Clean)
        .AddText("ext", Extension)
        .Add("isAbs", FunctionSet.OneText, static (_, a) => GoValue.Of(a[0].AsText.StartsWith('/')))
        .Alias("osBase", "base")
        .Alias("osDir", "dir")
        .Alias("osClean", "clean")
        .Alias("osExt", "ext")
        .Alias("osIsAbs", "isAbs");

    private static string Base(string path)
    {
        string trimmed = path.TrimEnd('/');
        return path.Length == 0 ? "." : trimmed.Length == 0 ? "/" : trimmed[(trimmed.LastIndexOf('/') + 1)..];
    }

    private static string Extension(string path)
    {
        int dot = path.LastIndexOf('.');
        return dot > path.LastIndexOf('/') ? path[dot..] : "";
    }

    private static string Clean(string path)
    {
        bool rooted = path.StartsWith('/');
        var parts = new List<string>();
        foreach (string part in path.Split('/'))
        {
            if (part == ".." && parts.Count > 0 && parts[^1] != "..")
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else if (part is not ("" or ".") && !(part == ".." && rooted))
            {
                parts.Add(part);
            }
        }
        string cleaned = (rooted ? "/" : "") + string.Join('/', parts);
        return cleaned.Length > 0 ? cleaned : ".";
    }
}
