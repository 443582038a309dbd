using System.Text.RegularExpressions;
using System.Xml.Linq;
using Appliance.Tests.Configuration;

namespace Appliance.Tests;

/// <summary>The rules of CONTRIBUTING.md that a machine can check.</summary>
public sealed partial class ArchitectureTests
{
    private static readonly string[] UnsafeRooms = ["src/Limiter/Memory/", "src/Proxy/Transport/"];

    /// <summary>What each product assembly may use of the others; everything else is the runtime or a package.</summary>
    private static readonly Dictionary<string, string[]> MayReference = new()
    {
        ["Limiter"] = [],
        ["Vrrp"] = [],
        ["Proxy"] = ["Limiter"],
        ["Appliance"] = ["Limiter", "Proxy", "Vrrp"],
    };

    private static readonly Dictionary<string, string[]> MayUsePackages = new()
    {
        ["Limiter"] = ["K4os.Hash.xxHash"],
        ["Vrrp"] = ["Microsoft.Extensions.Logging.Abstractions"],
        ["Proxy"] = ["Microsoft.Extensions.Logging.Abstractions"],
        ["Appliance"] = ["Serilog", "Serilog.Extensions.Logging", "Serilog.Sinks.Console", "System.CommandLine", "YamlDotNet"],
    };

    public static TheoryData<string> Projects => new(MayReference.Keys);

    [Theory]
    [MemberData(nameof(Projects))]
    public void AssemblyReferencesOnlyWhatItMay(string project)
    {
        string assembly = project == "Appliance" ? "appliance" : $"Appliance.{project}";
        IEnumerable<string> used = System.Reflection.Assembly.Load(assembly).GetReferencedAssemblies().Select(r => r.Name!)
            .Where(name => name.StartsWith("Appliance.", StringComparison.OrdinalIgnoreCase) || name == "appliance");

        None(used.Except(MayReference[project].Select(name => $"Appliance.{name}")));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void ProjectFileNamesOnlyWhatItMay(string project)
    {
        XDocument file = XDocument.Load(Repository.At("src", project, $"{project}.csproj"));
        IEnumerable<string> projects = Included(file, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path)!);

        None(projects.Except(MayReference[project]));
        None(Included(file, "PackageReference").Except(MayUsePackages[project]));
    }

    [Fact]
    public void EveryPackageHasItsReasonInTheArchitectureDocument()
    {
        string document = File.ReadAllText(Repository.At("docs", "architecture.md"));
        IEnumerable<string> packages = Included(XDocument.Load(Repository.At("Directory.Packages.props")), "PackageVersion");

        None(packages.Where(package => !document.Contains($"| {package} |", StringComparison.Ordinal)));
    }

    [Fact]
    public void UnsafeCodeStaysInItsRooms() => None(
        Sources("src").Where(file => !IsUnsafeRoom(file.Path) && UnsafeCode().IsMatch(file.Code)).Select(file => file.Path));

    [Fact]
    public void EveryUnsafeFileBeginsWithItsInvariants() => None(
        Sources("src").Where(file => UnsafeKeyword().IsMatch(file.Code) && !file.Text.Contains("Invariants", StringComparison.Ordinal)).Select(file => file.Path));

    [Fact]
    public void NativeCallsStayInInteropFolders() => None(
        Sources("src").Where(file => !file.Path.Contains("/Interop/", StringComparison.Ordinal) && NativeImport().IsMatch(file.Code)).Select(file => file.Path));

    [Fact]
    public void FilesStaySmall()
    {
        None(Sources("src").Where(file => file.Lines > 600).Select(file => $"{file.Path}: {file.Lines}"));
        None(Sources("tests").Concat(Sources("bench")).Where(file => file.Lines > 900).Select(file => $"{file.Path}: {file.Lines}"));
        int[] sizes = [.. Sources("src").Select(file => file.Lines).Order()];
        Assert.InRange(sizes[sizes.Length / 2], 1, 120);
    }

    [Fact]
    public void FileIsNamedAfterItsType() => None(
        Sources("src").Where(file => Path.GetFileName(file.Path) is not ("Program.cs" or "AssemblyInfo.cs") && !DeclaresItsName(file)).Select(file => file.Path));

    [Fact]
    public void NothingSleepsOrIsLeftUnfinished() => None(
        Sources("src").Where(file => file.Code.Contains("Thread.Sleep", StringComparison.Ordinal) || Unfinished().IsMatch(file.Text)).Select(file => file.Path));

    [Fact]
    public void FoldersLieAtMostOneLevelBelowAProject() => None(
        Sources("src").Where(file => file.Path.Count(c => c == '/') > 3).Select(file => file.Path));

    [Fact]
    public void PathsInTheDocumentsExist()
    {
        foreach (string document in (string[])["docs/architecture.md", "docs/policies.md", "README.md", "CONTRIBUTING.md", "docs/high-availability.md", "samples/pair/README.md", "samples/active-active/README.md"])
        {
            IEnumerable<string> paths = DocumentedPath().Matches(File.ReadAllText(Repository.At(document))).Select(match => match.Groups[1].Value);
            None(paths.Where(path => !Path.Exists(Repository.At(path))).Select(path => $"{document}: {path}"));
        }
    }

    /// <summary>Fails with the offenders named.</summary>
    private static void None(IEnumerable<string> offenders) => Assert.Equal([], offenders);

    [Fact]
    public void EveryFolderIsOnTheMap()
    {
        string document = File.ReadAllText(Repository.At("docs", "architecture.md"));
        IEnumerable<string> folders = Sources("src").Select(file => file.Path.Split('/')).Where(parts => parts.Length == 4)
            .Select(parts => $"src/{parts[1]}/{parts[2]}").Distinct();

        None(folders.Where(folder => !RowOf(document, folder.Split('/')[1]).Contains($"`{folder.Split('/')[2]}/`", StringComparison.Ordinal)));
    }

    private static string RowOf(string document, string project) =>
        document.Split('\n').Single(line => line.StartsWith($"| `src/{project}` |", StringComparison.Ordinal));

    private static IEnumerable<string> Included(XDocument file, string element) =>
        file.Descendants(element).Select(e => (string?)e.Attribute("Include")).OfType<string>();

    private static bool IsUnsafeRoom(string path) =>
        path.Contains("/Interop/", StringComparison.Ordinal) || UnsafeRooms.Any(room => path.StartsWith(room, StringComparison.Ordinal));

    private static bool DeclaresItsName(SourceFile file)
    {
        string name = Path.GetFileName(file.Path).Split('.')[0];
        return Regex.IsMatch(file.Code, $@"\b(class|record|struct|interface|enum|delegate\s+[\w<>]+)\s+(struct\s+|class\s+)?{Regex.Escape(name)}\b");
    }

    private static IEnumerable<SourceFile> Sources(string folder)
    {
        string root = Repository.At(folder);
        if (!Directory.Exists(root)) return [];
        return Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Repository.Root, path))
            .Where(path => !path.Split('/').Any(part => part is "bin" or "obj"))
            .Select(SourceFile.Read);
    }

    [GeneratedRegex(@"\bunsafe\b|\bUnsafe\.(AsRef|Add|Read|Write|As|SkipInit|AsPointer)\b|\bMemoryMarshal\.(GetReference|CreateSpan)\b")]
    private static partial Regex UnsafeCode();

    [GeneratedRegex(@"\bunsafe\b")]
    private static partial Regex UnsafeKeyword();

    [GeneratedRegex(@"\[\s*(DllImport|LibraryImport)\b")]
    private static partial Regex NativeImport();

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|XXX)\b|NotImplementedException")]
    private static partial Regex Unfinished();

    /// <summary>A path in backquotes that begins with a folder of the repository.</summary>
    [GeneratedRegex(@"`((?:src|tests|bench|docs|samples|packaging|systemd)/[A-Za-z0-9_./-]*)`")]
    private static partial Regex DocumentedPath();
}
