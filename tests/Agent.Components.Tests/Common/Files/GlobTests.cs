using Agent.Components.Common.Files;

namespace Agent.Components.Tests.Common.Files;

public sealed class GlobTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("invar-glob-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("/tmp/*.log", "/tmp/a.log", true)]
    [InlineData("/tmp/*.log", "/tmp/.log", true)]
    [InlineData("/tmp/*.log", "/tmp/a/b.log", false)]
    [InlineData("/tmp/*.log", "/tmp/a.log2", false)]
    [InlineData("/tmp/**/*.log", "/tmp/b.log", true)]
    [InlineData("/tmp/**/*.log", "/tmp/a/b/c/d.log", true)]
    [InlineData("/tmp/**/*.log", "/var/a/b.log", false)]
    [InlineData("/tmp/**", "/tmp", true)]
    [InlineData("/tmp/**", "/tmp/a/b", true)]
    [InlineData("/tmp/**/", "/tmp/a", true)]
    [InlineData("/tmp/a**b", "/tmp/axb", true)]
    [InlineData("/tmp/a**b", "/tmp/a/b", false)]
    [InlineData("/tmp/?.log", "/tmp/é.log", true)]
    [InlineData("/tmp/?.log", "/tmp/ab.log", false)]
    [InlineData("/tmp/[a-c]x", "/tmp/bx", true)]
    [InlineData("/tmp/[a-c]x", "/tmp/dx", false)]
    [InlineData("/tmp/[!a-c]x", "/tmp/dx", true)]
    [InlineData("/tmp/[^a-c]x", "/tmp/ax", false)]
    [InlineData("/tmp/[\\]a]x", "/tmp/]x", true)]
    [InlineData("/tmp/[a-]x", "/tmp/-x", true)]
    [InlineData("/tmp/*.{log,txt}", "/tmp/a.txt", true)]
    [InlineData("/tmp/*.{log,txt}", "/tmp/a.json", false)]
    [InlineData("/tmp/{a,b/{c,d}}/x", "/tmp/b/d/x", true)]
    [InlineData("/tmp/{a,b/{c,d}}/x", "/tmp/b/x", false)]
    [InlineData("/tmp/a{,.1}", "/tmp/a", true)]
    [InlineData("/tmp/a{,.1}", "/tmp/a.1", true)]
    [InlineData("/tmp/a\\*b", "/tmp/a*b", true)]
    [InlineData("/tmp/a\\*b", "/tmp/axb", false)]
    [InlineData("/tmp/a\\{b,c\\}", "/tmp/a{b,c}", true)]
    [InlineData("/tmp/*a*b*c", "/tmp/xxaxxbxxc", true)]
    [InlineData("/tmp/*a*b*c", "/tmp/xxaxxcxxb", false)]
    [InlineData("/tmp/./x/../a.log", "/tmp/a.log", true)]
    [InlineData("/TMP/a", "/tmp/a", false)]
    public void A_path_matches_or_not(string pattern, string path, bool expected)
    {
        Assert.True(Glob.TryParse(pattern, out Glob? glob, out string error), error);
        Assert.Equal(expected, glob.IsMatch(path));
    }

    [Theory]
    [InlineData("/tmp/{a,b")]
    [InlineData("/tmp/[a-b")]
    [InlineData("/tmp/a\\")]
    [InlineData("/{a,b,c,d,e}{a,b,c,d,e}{a,b,c,d,e}{a,b,c,d,e}{a,b,c,d,e}")]
    public void A_bad_pattern_is_refused(string pattern)
    {
        Assert.False(Glob.TryParse(pattern, out _, out string error));
        Assert.NotEmpty(error);
    }

    [Fact]
    public void A_star_heavy_pattern_takes_no_time()
    {
        Assert.True(Glob.TryParse("/" + string.Concat(Enumerable.Repeat("a*", 40)) + "b", out Glob? glob, out _));
        Assert.False(glob.IsMatch("/" + new string('a', 4000)));
    }

    [Fact]
    public void A_walk_finds_files_in_order_and_folders_to_watch()
    {
        Make("pods/ns_a/app/0.log");
        Make("pods/ns_a/app/1.txt");
        Make("pods/ns_b/.hidden/0.log");
        Make("pods/0.log");
        Directory.CreateDirectory(Path.Combine(_folder, "pods/ns_c/app/folder.log"));

        GlobWalk walk = Walk("pods/*/*/*.log");

        Assert.Equal(["pods/ns_a/app/0.log", "pods/ns_b/.hidden/0.log"], Relative(walk.Files));
        Assert.Contains(Path.Combine(_folder, "pods"), walk.Folders);
        Assert.Contains(Path.Combine(_folder, "pods/ns_c/app"), walk.Folders);
    }

    [Fact]
    public void Two_stars_go_down_any_depth_and_follow_links_but_not_in_circles()
    {
        Make("a/x.log");
        Make("a/b/c/y.log");
        Make("elsewhere/z.log");
        Directory.CreateSymbolicLink(Path.Combine(_folder, "a/link"), Path.Combine(_folder, "elsewhere"));
        Directory.CreateSymbolicLink(Path.Combine(_folder, "a/b/up"), Path.Combine(_folder, "a"));

        Assert.Equal(["a/b/c/y.log", "a/link/z.log", "a/x.log"], Relative(Walk("a/**/*.log").Files));
    }

    [Fact]
    public void Alternatives_that_overlap_give_each_file_once()
    {
        Make("a.log");
        Make("b.log");

        Assert.Equal(["a.log", "b.log"], Relative(Walk("{*,a}.log").Files));
    }

    [Fact]
    public void A_plain_path_is_found_only_where_it_is_a_file()
    {
        Make("a.log");

        Assert.Equal(["a.log"], Relative(Walk("a.log").Files));
        Assert.Empty(Walk("b.log").Files);
        Assert.Empty(Walk("missing/*/b.log").Files);
    }

    private GlobWalk Walk(string pattern)
    {
        Assert.True(Glob.TryParse(Path.Combine(_folder, pattern), out Glob? glob, out string error), error);
        return GlobWalk.Run(glob);
    }

    private IEnumerable<string> Relative(IEnumerable<string> paths) => paths.Select(path => Path.GetRelativePath(_folder, path));

    private void Make(string path)
    {
        string full = Path.Combine(_folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, "");
    }
}
