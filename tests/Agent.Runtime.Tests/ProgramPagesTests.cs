namespace Agent.Runtime.Tests;

public sealed class ProgramPagesTests
{
    private const string Smaps = """
        55d0c8a00000-55d0c8b00000 r--p 00000000 08:01 1234                       /usr/bin/invar
        Size:               1024 kB
        Rss:                 512 kB
        Private_Clean:       512 kB
        Private_Dirty:         0 kB
        Anonymous:             0 kB
        VmFlags: rd mr mw me
        55d0c8b00000-55d0c9000000 r-xp 00100000 08:01 1234                       /usr/bin/invar
        Rss:                4000 kB
        Private_Dirty:         0 kB
        Anonymous:             0 kB
        55d0c9000000-55d0c9010000 r--p 00600000 08:01 1234                       /usr/bin/invar
        Rss:                  64 kB
        Private_Dirty:        12 kB
        Anonymous:            12 kB
        55d0c9010000-55d0c9020000 rw-p 00610000 08:01 1234                       /usr/bin/invar
        Rss:                  64 kB
        Private_Dirty:         0 kB
        Anonymous:             0 kB
        7f0000000000-7f0000100000 r-xp 00000000 08:01 99                         /usr/lib/libc.so.6
        Rss:                 900 kB
        """;

    [Fact]
    public void Only_what_is_as_in_the_file_and_can_only_be_read_may_go()
    {
        ProgramMapping[] mappings = [.. ProgramMapping.Read(Smaps.Split('\n'), "/usr/bin/invar")];

        Assert.Equal(
            [
                new ProgramMapping(0x55d0c8a00000, 0x100000, IsUnchanged: true),
                new ProgramMapping(0x55d0c8b00000, 0x500000, IsUnchanged: true),
                new ProgramMapping(0x55d0c9000000, 0x10000, IsUnchanged: false),
                new ProgramMapping(0x55d0c9010000, 0x10000, IsUnchanged: false),
            ],
            mappings);
    }

    [Fact]
    public void Another_program_has_no_mappings_here() => Assert.Empty(ProgramMapping.Read(Smaps.Split('\n'), "/usr/bin/other"));

    // The test host is the program: its pages are given back while it runs, and it runs on.
    [Fact]
    public void The_program_runs_on_after_its_pages_were_given_back()
    {
        ProgramPages.GiveBack();
        ProgramPages.GiveBack();
        Assert.Contains("Name:", File.ReadAllText("/proc/self/status"), StringComparison.Ordinal);
    }
}
