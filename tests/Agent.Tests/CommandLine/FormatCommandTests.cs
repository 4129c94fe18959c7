namespace Agent.Tests.CommandLine;

public sealed class FormatCommandTests : IDisposable
{
    private const string Untidy = "logging   {\nlevel=\"info\"\n}\n";
    private const string Tidy = "logging {\n\tlevel = \"info\"\n}\n";
    private readonly Shell _shell = new();

    public void Dispose() => _shell.Dispose();

    [Theory]
    [InlineData]
    [InlineData("-")]
    public async Task Standard_input_is_formatted_to_standard_output(params string[] path)
    {
        Assert.Equal(0, await _shell.RunWithInputAsync(Untidy, ["fmt", .. path]));
        Assert.Equal(Tidy, _shell.Out);
    }

    [Fact]
    public async Task A_file_is_printed_and_left_as_it_is()
    {
        string path = _shell.Write("a.alloy", Untidy);
        Assert.Equal(0, await _shell.RunAsync("format", path));
        Assert.Equal(Tidy, _shell.Out);
        Assert.Equal(Untidy, await File.ReadAllTextAsync(path));
    }

    [Fact]
    public async Task Write_puts_the_result_into_the_file()
    {
        string path = _shell.Write("a.alloy", Untidy);
        Assert.Equal(0, await _shell.RunAsync("fmt", "-w", path));
        Assert.Equal("", _shell.Out);
        Assert.Equal(Tidy, await File.ReadAllTextAsync(path));
    }

    [Fact]
    public async Task Test_tells_by_its_exit_code()
    {
        string untidy = _shell.Write("a.alloy", Untidy);
        Assert.Equal(1, await _shell.RunAsync("fmt", "--test", untidy));
        Assert.Equal($"Error: file {untidy} is not formatted correctly\n", _shell.Error);
        Assert.Equal(0, await _shell.RunAsync("fmt", "-t", _shell.Write("b.alloy", Tidy)));
    }

    [Fact]
    public async Task Errors_are_printed_one_a_line()
    {
        string path = _shell.Write("a.alloy", "logging {\n  level = \n}\n");
        Assert.Equal(1, await _shell.RunAsync("fmt", path));
        Assert.StartsWith($"{path}:3:1: ", _shell.Error, StringComparison.Ordinal);
        Assert.EndsWith("Error: encountered errors during formatting\n", _shell.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Error: cannot use -w with standard input\n", "-w")]
    [InlineData("Error: cannot use -w/--write and -t/--test at the same time\n", "-w", "-t", "x")]
    [InlineData("Error: cannot format a directory\n", "/")]
    public async Task What_makes_no_sense_is_refused(string error, params string[] args)
    {
        Assert.Equal(1, await _shell.RunAsync(["fmt", .. args]));
        Assert.Equal(error, _shell.Error);
    }

    [Fact]
    public async Task A_missing_file_is_an_error()
    {
        Assert.Equal(1, await _shell.RunAsync("fmt", Path.Combine(_shell.Folder, "none.alloy")));
        Assert.StartsWith("Error: ", _shell.Error, StringComparison.Ordinal);
    }
}
