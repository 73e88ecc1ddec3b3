package main

import (
	"github.com/spf13/cobra"
)

func completionVerb() *cobra.Command {
	return &cobra.Command{
		Use:       "completion bash|zsh|fish",
		Short:     "Print the completion script of a shell",
		Example:   "  nnc completion bash > /etc/bash_completion.d/nnc\n  nnc completion zsh > \"${fpath[1]}/_nnc\"\n  nnc completion fish > ~/.config/fish/completions/nnc.fish",
		Args:      cobra.ExactArgs(1),
		ValidArgs: []string{"bash", "zsh", "fish"},
		RunE: func(c *cobra.Command, args []string) error {
			root, w := c.Root(), c.OutOrStdout()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(w, true)
			case "zsh":
				return root.GenZshCompletion(w)
			case "fish":
				return root.GenFishCompletion(w, true)
			}
			return usagef("there is no completion for %q: bash, zsh and fish have one", args[0])
		},
	}
}
