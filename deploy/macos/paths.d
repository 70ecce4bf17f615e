/Library/Holdfast/bin
