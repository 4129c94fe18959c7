using System.CommandLine;
using Agent.CommandLine;
using Agent.Run;
using Agent.Sdk;
using Agent.Sdk.Declarations;

namespace Agent.Tests.CommandLine;

public sealed class RunFlagsTests
{
    private readonly Dictionary<string, string> _environment = new(StringComparer.Ordinal);
    private readonly RunFlags _flags;
    private readonly Argument<string[]> _path = Flag.Paths("path", ArgumentArity.ExactlyOne, "");
    private readonly RootCommand _command;

    public RunFlagsTests()
    {
        _flags = new RunFlags(_environment.GetValueOrDefault);
        _command = new RootCommand { _path };
        _flags.AddTo(_command);
    }

    [Theory]
    [InlineData("--server.http.listen-addr", "0.0.0.0:12345")]
    [InlineData("--server.http.memory-addr", "a:1")]
    [InlineData("--server.http.ui-path-prefix", "/x")]
    [InlineData("--server.http.enable-pprof", "false")]
    [InlineData("--server.http.disable-support-bundle", "true")]
    [InlineData("--server.http.read-only", "true")]
    [InlineData("--server.http.disable-raw-scrapes", "true")]
    [InlineData("--server.http.enable-graphql", "true")]
    [InlineData("--server.http.enable-graphql-playground", "true")]
    [InlineData("--storage.path", "/tmp/alloy")]
    [InlineData("--disable-reporting", "true")]
    [InlineData("--stability.level", "public-preview")]
    [InlineData("--feature.community-components.enabled", "true")]
    [InlineData("--feature.component-shutdown-deadline", "1m30s")]
    [InlineData("--feature.prometheus.direct-fanout.enabled", "true")]
    [InlineData("--config.format", "alloy")]
    [InlineData("--config.bypass-conversion-errors", "true")]
    [InlineData("--config.extra-args", "-x=1")]
    [InlineData("--cluster.enabled", "true")]
    [InlineData("--cluster.node-name", "n")]
    [InlineData("--cluster.join-addresses", "a,b")]
    [InlineData("--cluster.discover-peers", "provider=k8s")]
    [InlineData("--cluster.rejoin-interval", "5s")]
    [InlineData("--cluster.advertise-address", "a:1")]
    [InlineData("--cluster.advertise-interfaces", "eth1")]
    [InlineData("--cluster.max-join-peers", "3")]
    [InlineData("--cluster.name", "c")]
    [InlineData("--cluster.enable-tls", "true")]
    [InlineData("--cluster.tls-ca-path", "/ca")]
    [InlineData("--cluster.tls-cert-path", "/cert")]
    [InlineData("--cluster.tls-key-path", "/key")]
    [InlineData("--cluster.tls-server-name", "s")]
    [InlineData("--cluster.wait-for-size", "2")]
    [InlineData("--cluster.wait-timeout", "10s")]
    [InlineData("--cluster.use-discovery-v1", "true")]
    [InlineData("--feature.prometheus.metric-validation-scheme", "true")]
    [InlineData("--config.watch", "true")]
    [InlineData("--kubernetes.selector-pushdown", "false")]
    [InlineData("--kubernetes.own-node-pods", "true")]
    public void Every_flag_is_accepted_in_both_forms(string name, string value)
    {
        Assert.Empty(_command.Parse([$"{name}={value}", "config.alloy"]).Errors);
        Assert.Empty(_command.Parse([name, value, "config.alloy"]).Errors);
        Assert.Empty(_command.Parse(["config.alloy", $"{name}={value}"]).Errors);
    }

    [Fact]
    public void Defaults_are_those_of_Alloy()
    {
        RunOptions options = Read("config.alloy");
        Assert.Equal("config.alloy", options.Path);
        Assert.Equal("127.0.0.1:12345", options.ListenAddress);
        Assert.Equal("alloy.internal:12345", options.MemoryAddress);
        Assert.Equal("/", options.PathPrefix);
        Assert.Equal("data-alloy/", options.StoragePath);
        Assert.Equal(Stability.GenerallyAvailable, options.Stability);
        Assert.Equal(TimeSpan.FromMinutes(10), options.ShutdownDeadline);
        Assert.True(options.SupportBundle);
        Assert.False(options.Watch);
        Assert.Empty(options.Ignored);
    }

    [Fact]
    public void A_switch_without_a_value_is_on_and_leaves_the_path_alone()
    {
        RunOptions options = Read("--config.watch", "config.alloy");
        Assert.True(options.Watch);
        Assert.Equal("config.alloy", options.Path);
    }

    [Fact]
    public void The_last_of_several_counts() =>
        Assert.Equal("b", Read("--storage.path=a", "--storage.path=b", "config.alloy").StoragePath);

    [Fact]
    public void An_empty_value_does_not_take_the_next_argument()
    {
        RunOptions options = Read("--cluster.name=", "config.alloy");
        Assert.Equal("config.alloy", options.Path);
        Assert.Empty(options.Ignored);
    }

    [Fact]
    public void Flags_that_ask_for_what_is_not_there_are_named()
    {
        RunOptions options = Read("--cluster.enabled=true", "--cluster.join-addresses=x", "--cluster.name=", "--disable-reporting", "config.alloy");
        Assert.Equal(["--cluster.enabled", "--cluster.join-addresses"], options.Ignored.Select(static flag => flag.Name));
    }

    [Theory]
    [InlineData("--nonsense=1")]
    [InlineData("--nonsense")]
    [InlineData("-x")]
    public void Unknown_flags_are_errors(string flag)
    {
        Assert.NotEmpty(_command.Parse([flag, "config.alloy"]).Errors);
        Assert.NotEmpty(_command.Parse([flag]).Errors);
    }

    [Theory]
    [InlineData("--stability.level=nonsense")]
    [InlineData("--cluster.rejoin-interval=soon")]
    [InlineData("--cluster.max-join-peers=few")]
    public void Wrong_values_are_errors(string flag) => Assert.NotEmpty(_command.Parse([flag, "config.alloy"]).Errors);

    [Fact]
    public void Experimental_flags_need_the_experimental_level()
    {
        Assert.Contains("--server.http.enable-graphql", _flags.Refusal(_command.Parse(["--server.http.enable-graphql", "c"])), StringComparison.Ordinal);
        Assert.Null(_flags.Refusal(_command.Parse(["--server.http.enable-graphql", "--stability.level=experimental", "c"])));
    }

    [Fact]
    public void Unknown_formats_are_refused_by_name() =>
        Assert.Contains("\"nonsense\"", _flags.Refusal(_command.Parse(["--config.format=nonsense", "c"])), StringComparison.Ordinal);

    [Fact]
    public void Another_format_is_taken_with_its_flags()
    {
        Agent.Run.ConfigurationFormat format = Read(
            "--config.format=static", "--config.bypass-conversion-errors", "--config.extra-args=-config.expand-env  -enable-features=a,b", "c").Format;

        Assert.Equal("static", format.Name);
        Assert.True(format.BypassErrors);
        Assert.Equal(["-config.expand-env", "-enable-features", "a,b"], format.ExtraArguments);
    }

    [Theory]
    [InlineData("K8S_NODE_NAME=a NODE_NAME=b HOSTNAME=c", "K8S_NODE_NAME", "a")]
    [InlineData("NODE_NAME=b HOSTNAME=c", "NODE_NAME", "b")]
    [InlineData("K8S_NODE_NAME= HOSTNAME=ip-10-0-0-1.ec2.internal", "HOSTNAME", "ip-10-0-0-1.ec2.internal")]
    public void Components_learn_of_the_node_that_the_environment_names(string set, string variable, string name)
    {
        Set(set);

        Assert.Equal(new AgentOptions { Node = new(variable, name) }, Read("c").Components);
        Assert.Equal(new AgentOptions { Node = new(variable, name), OwnNodePods = true, SelectorPushdown = false },
            Read("--kubernetes.own-node-pods", "--kubernetes.selector-pushdown=false", "c").Components);
    }

    [Theory]
    [InlineData("", "none of K8S_NODE_NAME, NODE_NAME and HOSTNAME is set")]
    [InlineData("HOSTNAME=My_Host", "HOSTNAME is \"My_Host\", which no node can be called")]
    [InlineData("K8S_NODE_NAME=a.-b HOSTNAME=c", "K8S_NODE_NAME is \"a.-b\", which no node can be called")]
    public void Pods_of_the_own_node_need_its_name(string set, string cause)
    {
        Set(set);

        string refusal = _flags.Refusal(_command.Parse(["--kubernetes.own-node-pods", "c"]))!;
        Assert.StartsWith("--kubernetes.own-node-pods needs the name of the agent's node", refusal, StringComparison.Ordinal);
        Assert.Contains(cause, refusal, StringComparison.Ordinal);
        Assert.Contains("spec.nodeName", refusal, StringComparison.Ordinal);
        Assert.Null(_flags.Refusal(_command.Parse(["--kubernetes.own-node-pods=false", "c"])));
    }

    private void Set(string variables)
    {
        foreach (string[] pair in variables.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static text => text.Split('=')))
        {
            _environment[pair[0]] = pair[1];
        }
    }

    private RunOptions Read(params string[] args)
    {
        ParseResult result = _command.Parse(GoArguments.Split(args));
        Assert.Empty(result.Errors);
        return _flags.Read(result, result.GetValue(_path)![0]);
    }
}
