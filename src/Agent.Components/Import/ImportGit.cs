using Agent.Components.Common.Http;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;

namespace Agent.Components.Import;

/// <summary>Imports custom components from a Git repository by means of the `git` program; the last version that worked outlives a restart.</summary>
/// <example>import.git "math" {
///   repository = "https://github.com/example/modules.git"
///   revision   = "main"
///   path       = "math.alloy"
/// }</example>
[Component("import.git")]
public sealed class ImportGit(ComponentContext context) : PolledImport<ImportGit.Arguments>(context)
{
    public sealed record Arguments : IValidated
    {
        /// <summary>Address of the repository, as `git clone` takes it.</summary>
        public required string Repository { get; init; }

        /// <summary>Branch, tag or commit.</summary>
        public string Revision { get; init; } = "HEAD";

        /// <summary>File or folder of the module, from the root of the repository.</summary>
        public required string Path { get; init; }

        /// <summary>Time between two looks at the repository; `0s` for one look only.</summary>
        public TimeSpan PullFrequency { get; init; } = TimeSpan.FromSeconds(60);

        /// <summary>User name and password for the repository.</summary>
        [Block] public BasicAuthOptions? BasicAuth { get; init; }

        /// <summary>SSH key for the repository.</summary>
        [Block] public SshKey? SshKey { get; init; }

        public void Validate(ValidationContext context)
        {
            // Git would take them for options.
            if (Repository.Length == 0 || Repository[0] == '-')
            {
                context.Error("repository", "cannot import from the repository: it is no address");
            }
            if (Revision.Length == 0 || Revision[0] == '-')
            {
                context.Error("revision", "cannot import the revision: it is no branch, tag or commit");
            }
            if (PullFrequency < TimeSpan.Zero)
            {
                context.Error("pull_frequency", "cannot pull the repository: pull_frequency must not be negative");
            }
            if (BasicAuth is not null && SshKey is not null)
            {
                context.Error("ssh_key", "cannot authenticate in two ways: at most one of basic_auth and ssh_key may be set");
            }
        }
    }

    private protected override (IModuleFetch Fetch, TimeSpan Interval) PlaceOf(Arguments arguments, ComponentContext context) =>
        (new GitModule(arguments, context), arguments.PullFrequency);
}
