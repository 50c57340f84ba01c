from photoclust.cli import main

main()
